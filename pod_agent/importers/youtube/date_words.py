"""Words of dates in many languages: months, halves of the day, and what stands between them.

The months are those of the Unicode CLDR, short and long, in lower case and without full stops.
"""
# ruff: noqa: RUF001 - letters of many alphabets look alike

from __future__ import annotations

from typing import Final

__all__ = ["AFTERNOON", "CROATIAN", "MONTHS", "MORNING", "NOISE"]

_MONTHS: Final = """
jan january januar janv janvier ene enero gen gennaio janeiro januari 一月 sty stycznia янв января oca ocak
tammi tammikuuta led ledna január ian ianuarie січ січня ιαν ιανουαρίου ינו׳ בינו׳ ינואר בינואר يناير ม.ค
มกราคม जन॰ जनवरी яну януари januára saus sausio janvāris jaan jaanuar gener јан јануар ژانویه ژانویهٔ জানু
জানুয়ারী ஜன ஜனவரி జన జనవరి जाने जानेवारी જાન્યુ જાન્યુઆરી ಜನ ಜನವರಿ ജനു ജനുവരി ਜਨ ਜਨਵਰੀ جنوری yan yanvar xan
xaneiro janúar janar јануари januarie იან იანვარი հնվ հունվարի қаң қаңтар сту студзеня

feb february februar févr février febrero febbraio fev fevereiro februari 二月 lut lutego февр февраля şub
şubat helmi helmikuuta úno února febr február februarie лют лютого φεβ φεβρουαρίου פבר׳ בפבר׳ פברואר בפברואר
فبراير ก.พ กุมภาพันธ์ फ़र॰ फ़रवरी фев февруари februára vas vasario februāris veebr veebruar peb pebrero
febrer феб фебруар فوریه فوریهٔ ফেব ফেব্রুয়ারী பிப் பிப்ரவரி ఫిబ్ర ఫిబ్రవరి फेब्रु फेब्रुवारी ફેબ્રુ
ફેબ્રુઆરી ಫೆಬ್ರ ಫೆಬ್ರವರಿ ഫെബ്രു ഫെബ്രുവരി ਫ਼ਰ ਫ਼ਰਵਰੀ فروری fevral febreiro febrúar shk shkurt თებ თებერვალი
փտվ փետրվարի ақп ақпан лютага

mar march märz mars marzo março mrt maart 三月 marca мар марта mart maret marts maalis maaliskuuta bře března
márc március martie бер березня μαρ μαρτίου מרץ במרץ مارس มี.ค มีนาคม मार्च март marec kov kovo märts mac
marso març মার্চ மார் மார்ச் మార్చి માર્ચ ಮಾರ್ಚ್ മാർ മാർച്ച് ਮਾਰਚ مارچ machi მარ მარტი մրտ մարտի нау наурыз
сак сакавіка

apr april avr avril abr abril aprile 四月 kwi kwietnia апр апреля nis nisan huhti huhtikuuta dub dubna ápr
április aprilie квіт квітня απρ απριλίου אפר׳ באפר׳ אפריל באפריל أبريل เม.ย เมษายน अप्रैल април apríla bal
balandžio aprīlis aprill آوریل এপ্রি এপ্রিল ஏப் ஏப்ரல் ఏప్రి ఏప్రిల్ एप्रि एप्रिल એપ્રિલ ಏಪ್ರಿ ಏಪ್ರಿಲ್ ഏപ്രി
ഏപ്രിൽ ਅਪ੍ਰੈ ਅਪ੍ਰੈਲ اپریل aprel apríl pri prill aprili აპრ აპრილი ապր ապրիլի сәу сәуір кра красавіка

may mai mayo mag maggio maio mei 五月 maj maja мая mayıs touko toukokuuta kvě května máj május трав травня
μαΐ μαΐου מאי במאי مايو พ.ค พฤษภาคม मई май mája geg gegužės maijs maig мај مه مهٔ মে மே మే मे મે ಮೇ മേയ്
ਮਈ مئی maí მაი მაისი մյս մայիսի мам мамыр

jun june juni juin junio giu giugno junho 六月 cze czerwca июн июня haz haziran kesä kesäkuuta čvn června jún
június iun iunie черв червня ιουν ιουνίου יוני ביוני يونيو มิ.ย มิถุนายน जून юни júna junij birž birželio
jūn jūnijs juuni hun hunyo juny јун ژوئن জুন ஜூன் జూన్ જૂન ಜೂನ್ ജൂൺ ਜੂਨ جون iyn iyun xuño júní qer qershor
јуни junie ივნ ივნისი հնս հունիսի мау маусым чэр чэрвеня

jul july juli juil juillet juill julio lug luglio julho 七月 lip lipca июл июля tem temmuz heinä heinäkuuta
čvc července júl július iul iulie лип липня ιουλ ιουλίου יולי ביולי يوليو ก.ค กรกฎาคม जुल॰ जुलाई юли júla
julij liep liepos jūl jūlijs juuli julai hul hulyo juliol јул ژوئیه ژوئیهٔ জুল জুলাই ஜூலை జులై जुलै જુલાઈ
ಜುಲೈ ജൂലൈ ਜੁਲਾ ਜੁਲਾਈ جولائی iyl iyul xul xullo júlí korr korrik јули julie ივლ ივლისი հլս հուլիսի шіл шілде
ліп ліпеня

aug august août ago agosto augustus 八月 sie sierpnia авг августа augusti ağu ağustos agu agustus elo elokuuta
srp srpna augusztus серп серпня αυγ αυγούστου אוג׳ באוג׳ אוגוסט באוגוסט أغسطس ส.ค สิงหาคม अग॰ अगस्त август
augusta avg avgust rugp rugpjūčio augusts ogo ogos ag agost اوت আগ আগস্ট ஆக ஆகஸ்ட் ఆగ ఆగస్టు ऑग ऑगस्ट ઑગસ્ટ
ಆಗ ಆಗಸ್ಟ್ ഓഗ ഓഗസ്റ്റ് ਅਗ ਅਗਸਤ اگست avq avqust ágú ágúst gush gusht agosti აგვ აგვისტო օգս օգոստոսի там тамыз
жні жніўня

sep september sept septembre septiembre set settembre setembro 九月 wrz września сент сентября eyl eylül syys
syyskuuta zář září szept szeptember septembrie вер вересня σεπ σεπτεμβρίου ספט׳ בספט׳ ספטמבר בספטמבר سبتمبر
ก.ย กันยายน सित॰ सितंबर сеп септември septembra rugs rugsėjo septembris setyembre setembre септембар
septembar سپتامبر সেপ সেপ্টেম্বর செப் செப்டம்பர் సెప్టెం సెప్టెంబర్ सप्टें सप्टेंबर સપ્ટે સપ્ટેમ્બર ಸೆಪ್ಟೆಂ
ಸೆಪ್ಟೆಂಬರ್ സെപ്റ്റം സെപ്റ്റംബർ ਸਤੰ ਸਤੰਬਰ ستمبر sen sentyabr sht shtator septemba სექ სექტემბერი սեպ
սեպտեմբերի қыр қыркүйек sentabr верасня

oct october okt oktober octobre octubre ott ottobre out outubro 十月 paź października окт октября eki ekim
loka lokakuuta říj října október octombrie жовт жовтня οκτ οκτωβρίου אוק׳ באוק׳ אוקטובר באוקטובר أكتوبر ต.ค
ตุลาคม अक्टू॰ अक्टूबर октомври októbra spal spalio oktobris oktoober oktubre октобар oktobar اکتبر অক্টো
অক্টোবর அக் அக்டோபர் అక్టో అక్టోబర్ ऑक्टो ऑक्टोबर ઑક્ટો ઑક્ટોબર ಅಕ್ಟೋ ಅಕ್ಟೋಬರ್ ഒക്ടോ ഒക്‌ടോബർ ਅਕਤੂ ਅਕਤੂਬਰ
اکتوبر oktyabr tet tetor oktoba ოქტ ოქტომბერი հոկ հոկտեմբերի қаз қазан oktabr кас кастрычніка

nov november novembre noviembre novembro 十一月 lis listopada нояб ноября kas kasım marras marraskuuta
listopadu noiembrie лист листопада νοε νοεμβρίου נוב׳ בנוב׳ נובמבר בנובמבר نوفمبر พ.ย พฤศจิกายน नव॰ नवंबर
ное ноември novembra lapkr lapkričio novembris nob nobyembre нов новембар novembar نوامبر নভে নভেম্বর நவ
நவம்பர் నవం నవంబర్ नोव्हें नोव्हेंबर નવે નવેમ્બર ನವೆಂ ನವೆಂಬರ್ നവം നവംബർ ਨਵੰ ਨਵੰਬਰ نومبر noy noyabr nóv
nóvember nën nëntor novemba ნოე ნოემბერი նոյ նոյեմբերի қар қараша ліс лістапада

dec december dez dezember déc décembre dic diciembre dicembre dezembro 十二月 gru grudnia дек декабря ara
aralık des desember joulu joulukuuta pro prosince decembrie груд грудня δεκ δεκεμβρίου דצמ׳ בדצמ׳ דצמבר
בדצמבר ديسمبر ธ.ค ธันวาคม दिस॰ दिसंबर декември decembra gruod gruodžio decembris dets detsember dis disember
disyembre desembre дец децембар decembar دسامبر ডিসে ডিসেম্বর டிச டிசம்பர் డిసెం డిసెంబర్ डिसें डिसेंबर ડિસે
ડિસેમ્બર ಡಿಸೆಂ ಡಿಸೆಂಬರ್ ഡിസം ഡിസംബർ ਦਸੰ ਦਸੰਬਰ دسمبر dek dekabr decembro dhj dhjetor desemba დეკ დეკემბერი
դեկ դեկտեմբերի жел желтоқсан сне снежня
"""
_CROATIAN: Final = """
sij siječnja

velj veljače

ožu ožujka

tra travnja

svi svibnja

lip lipnja

srp srpnja

kol kolovoza

ruj rujna

lis listopada

stu studenoga studenog

pro prosinca
"""


def _numbered(months: str) -> dict[str, int]:
    return {word: number for number, words in enumerate(months.split("\n\n"), 1) for word in words.split()}


MONTHS: Final = _numbered(_MONTHS)
"""Number of a month by its name in any language but Croatian: no name means two months."""

CROATIAN: Final = _numbered(_CROATIAN)
"""Croatian months, some of which are other months in Polish; dates are told apart by ``4. ožu 2024.``"""

MORNING: Final = frozenset(
    "am a.m a._m fm öö 上午 凌晨 早上 清晨 午前 午夜 오전 ص π.μ πμ pg sa дп пр.об dop ap f.h р.ұ"
    " पूर्वाह्न priekšp pr.p prijepodne ը पू p.d ਪੂ.ਦੁ ق.ظ".split()
)
"""Marks of the hours before noon, without their last full stop."""

AFTERNOON: Final = frozenset(
    "pm p.m p._m em ös 下午 晚上 中午 傍晚 午後 오후 م m.d ਬਾ.ਦੁ"
    " μ.μ μμ ptg ch пп сл.об odp ip e.h pop pēcp popodne अपराह्न ب.ظ".split()
)
"""Marks of the hours after noon."""

NOISE: Final = frozenset("г р ч թ ж de del le el à às a las um kl klo at о об в lúc".split())
"""Words of a date or time that say nothing."""
