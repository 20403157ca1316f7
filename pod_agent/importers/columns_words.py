"""Names that exports give to their columns, by meaning and language, from which recognition learns.

One line for each language: en, de, fr, es, it, pt, nl, id, ms, zh, ja, in this order; ``/`` parts the names.
"""
# ruff: noqa: RUF001 - letters of many alphabets look alike

from __future__ import annotations

from typing import Final

__all__ = ["LANGUAGES", "WORDS"]

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "id", "ms", "zh", "ja")

_TEXT: Final = """
date|Date/Transaction Date/Booking date/Timestamp/Time/Started at/Trans. Date/Day/Posted on/created_at/Played at/Order Date/datetime/When|Datum/Buchungstag/Buchungsdatum/Zeitpunkt/Bestelldatum/Belegdatum|Date opération/Date de l'opération/Jour/Horodatage/Date de commande|Fecha/Fecha operación/Fecha y hora/Día|Data operazione/Data e ora/Giorno/Data contabile|Data/Data da operação/Data do pedido/Dia|Boekdatum/Transactiedatum/Tijdstip/Besteldatum|Tanggal/Tgl/Waktu/Tanggal transaksi|Tarikh/Tarikh transaksi/Masa|日期/交易日期/交易时间/下单时间/时间|日付/取引日/利用日/日時/注文日
value_date|Value Date/Posting Date/Settled on/Cleared date|Valuta/Wertstellung/Valutadatum|Date de valeur/Date valeur|Fecha valor/Fecha de valor|Data valuta|Data valor/Data de lançamento|Valutadag/Rentedatum|Tanggal valuta/Tanggal efektif|Tarikh nilai/Tarikh pos|起息日/入账日期|引落日/計上日
description|Description/Details/Narrative/Payment details/Memo/Particulars/Transaction text/Remarks/Notes|Verwendungszweck/Buchungstext/Beschreibung/Umsatztext|Libellé/Description opération/Motif/Intitulé|Concepto/Descripción/Detalle|Descrizione/Causale/Dettagli|Descrição/Histórico/Detalhes|Omschrijving/Mededelingen|Keterangan/Uraian/Deskripsi|Butiran/Perihal/Keterangan urusniaga|摘要/交易说明/备注|摘要内容/お取引内容/ご利用内容
counterparty|Payee/Merchant/Counterparty/Name/Beneficiary/Store name/Recipient|Empfänger/Auftraggeber/Zahlungsempfänger/Händler|Bénéficiaire/Tiers/Commerçant|Beneficiario/Comercio/Ordenante|Beneficiario ordinante/Esercente/Controparte|Favorecido/Estabelecimento/Beneficiário|Tegenpartij/Begunstigde/Naam|Penerima/Toko/Nama penerima|Penerima bayaran/Peniaga|交易对方/商户名称/对方户名|支払先/利用店名/お店
amount|Amount/Value/Transaction amount/Sum/Amt/Net amount/Billed amount|Betrag/Umsatz/Summe|Montant/Somme|Importe/Monto/Cantidad|Importo/Ammontare|Valor/Montante/Quantia|Bedrag|Jumlah/Nominal|Amaun/Jumlah amaun|金额/交易金额|金額/利用金額
debit|Debit/Withdrawal/Money out/Paid out/Debit Amount/Spent|Soll/Ausgabe/Belastung/Lastschrift|Débit/Dépense/Retrait|Cargo/Debe/Retiro|Addebito/Uscite/Dare|Débito/Saída/Saque|Af/Uitgaven/Debet bedrag|Debet/Pengeluaran/Keluar|Debit amaun/Wang keluar/Pengeluaran wang|支出/借方金额/支出金额|出金/お支払金額/引出額
credit|Credit/Deposit/Money in/Paid in/Credit Amount/Received|Haben/Einnahme/Gutschrift|Crédit/Recette/Versement|Abono/Haber/Ingreso|Accredito/Entrate/Avere|Crédito/Entrada/Depósito|Bij/Inkomsten/Credit bedrag|Kredit/Pemasukan/Masuk|Kredit amaun/Wang masuk/Deposit amaun|收入/贷方金额/存入金额|入金/お預り金額/預入額
balance|Balance/Running balance/Account balance/Ledger|Saldo/Kontostand|Solde|Saldo disponible/Saldo contable|Saldo finale/Saldo progressivo|Saldo atual/Saldo após|Saldo na mutatie/Rekeningsaldo|Saldo akhir/Sisa saldo|Baki/Baki akaun|余额/账户余额|残高/差引残高
currency|Currency/Ccy/Cur/Currency code|Währung/Waehrung|Devise/Monnaie|Moneda/Divisa|Valuta conto/Divisa importo|Moeda|Munt/Muntsoort/Valutacode|Mata uang/Kurs|Mata wang|币种/货币|通貨/通貨コード
account|Account/Account number/Account name/Card/Card number/Acct no|Konto/Kontonummer/IBAN/Karte|Compte/Numéro de compte/Carte|Cuenta/Número de cuenta/Tarjeta|Conto/Numero conto/Carta|Conta/Número da conta/Cartão|Rekening/Rekeningnummer/Pas|Rekening bank/No rekening/Kartu|Akaun/Nombor akaun/Kad|账号/账户/卡号|口座/口座番号/カード
id|ID/Transaction ID/Reference/Ref no/Order ref/UUID/Receipt no/external_id|Referenz/Vorgangsnummer/Belegnummer/Buchungsnummer|Référence/Numéro d'opération/Identifiant|Referencia/Número de operación|Riferimento/Numero operazione|Referência/Número do documento|Referentie/Volgnummer/Transactienummer|Nomor referensi/No ref/Kode transaksi|Nombor rujukan/Rujukan|流水号/交易号/参考号|参照番号/取引番号/管理番号
category|Category/Type/Group/Spending category/Label|Kategorie/Art/Umsatzkategorie|Catégorie/Nature|Categoría/Rubro|Categoria/Tipologia|Categoria de gasto/Tipo|Categorie/Soort|Kategori/Jenis|Kategori belanja/Jenis urusniaga|分类/类别/交易类型|分類/カテゴリ/区分
direction|DR CR/In or out/Sign/Debit or credit|Soll Haben/Vorzeichen|Sens/Débit Crédit|Cargo o abono/Signo|Segno/Dare Avere|Débito ou crédito/Sinal|Af Bij/Debet credit|D K/Arah|Arah wang/DT KT|收支/借贷标志|入出金区分/貸借
mcc|MCC/Merchant category code/SIC|MCC Code/Branchencode|Code MCC/Code marchand|Código MCC/Código de comercio|Codice MCC|Código MCC do lojista/MCC código|MCC code/Brancheketencode|Kode MCC|Kod MCC|商户类别码|加盟店コード
number|Order number/Order ID/Order no/Invoice number/Purchase ID/order_id|Bestellnummer/Auftragsnummer/Rechnungsnummer|Numéro de commande/N° commande/Facture n°|Número de pedido/N.º de pedido/Factura|Numero ordine/N. ordine/Fattura n.|Número do pedido/Nº do pedido|Bestelnummer/Ordernummer/Factuurnummer|Nomor pesanan/No pesanan/No invoice|Nombor pesanan/No. pesanan|订单号/订单编号|注文番号/オーダー番号
product|Product/Item/Product name/Item description/Article/Goods|Artikel/Produkt/Artikelbezeichnung/Ware|Produit/Article acheté/Désignation|Producto/Artículo|Prodotto/Articolo|Produto/Artigo/Item do pedido|Artikelnaam/Productnaam|Produk/Nama barang/Barang|Nama produk/Barangan|商品/商品名称/品名|商品名/品目
quantity|Quantity/Qty/Units/Count/Pieces|Menge/Anzahl/Stückzahl|Quantité/Qté/Nombre|Cantidad pedida/Unidades/Cant.|Quantità/Q.tà/Pezzi|Quantidade/Qtd/Unidades do item|Aantal/Hoeveelheid|Kuantitas/Qty barang/Banyaknya|Kuantiti/Bilangan|数量/件数|個数/数量(個)
unit_price|Unit price/Price/Price each/Item price/Cost per unit|Einzelpreis/Preis/Stückpreis|Prix unitaire/Prix|Precio unitario/Precio|Prezzo unitario/Prezzo|Preço unitário/Preço|Stukprijs/Prijs/Eenheidsprijs|Harga satuan/Harga|Harga seunit/Harga unit|单价/价格|単価/価格
total|Total/Order total/Line total/Grand total/Total paid/Subtotal|Gesamt/Gesamtbetrag/Bestellsumme/Gesamtpreis|Total TTC/Montant total/Total commande|Importe total/Total pedido|Totale/Totale ordine/Importo totale|Valor total/Total do pedido|Totaal/Totaalbedrag/Totaalprijs|Total harga/Total bayar/Total belanja|Jumlah besar/Jumlah bayaran|总价/总金额/实付款|合計/合計金額/支払総額
shop|Shop/Store/Seller/Retailer/Vendor/Outlet|Geschäft/Laden/Verkäufer/Filiale|Magasin/Boutique/Vendeur|Tienda/Vendedor|Negozio/Venditore/Punto vendita|Loja/Vendedor da loja|Winkel/Verkoper/Filiaal|Nama toko/Penjual/Gerai|Kedai/Penjual kedai/Cawangan|店铺/卖家/商店|店舗/販売元/ショップ
status|Status/Order status/State/Delivery status|Bestellstatus/Zustand|Statut/État/Statut commande|Estado/Estado del pedido|Stato/Stato ordine|Situação/Status do pedido|Orderstatus/Toestand|Status pesanan/Keadaan|Status penghantaran|状态/订单状态|状態/注文状況
brand|Brand/Make/Manufacturer|Marke/Hersteller|Marque/Fabricant|Marca/Fabricante|Marca prodotto/Produttore|Marca do produto|Merk/Fabrikant|Merek/Merk barang|Jenama|品牌|ブランド/メーカー
gtin|GTIN/EAN/Barcode/UPC|EAN-Code/Strichcode|Code-barres/Code EAN|Código de barras/Código EAN|Codice a barre/Codice EAN|Código EAN do produto|Streepjescode/EAN-nummer|Kode batang/Kode EAN|Kod bar|条形码/条码|バーコード/JANコード
sku|SKU/Item code/Product code/Article no|Artikelnummer/Produktnummer|Référence produit/Code article|Código de artículo/Código de producto|Codice articolo/Codice prodotto|Código do produto/Código do item|Artikelcode/Productcode|Kode barang/Kode produk|Kod produk/Kod barang|商品编号/货号|商品コード/品番
shipping|Shipping/Delivery fee/Postage/Freight|Versandkosten/Versand/Porto|Frais de port/Livraison|Gastos de envío/Envío|Spese di spedizione/Spedizione|Frete/Custo de envio|Verzendkosten/Bezorgkosten|Ongkos kirim/Ongkir|Kos penghantaran/Caj hantar|运费/配送费|送料/配送料
discount|Discount/Savings/Voucher/Rebate|Rabatt/Nachlass/Gutschein|Remise/Réduction|Descuento/Rebaja|Sconto/Riduzione|Desconto/Abatimento|Korting|Diskon/Potongan|Diskaun/Potongan harga|优惠/折扣|割引/値引き
title|Title/Track/Song/Track name/Video title/Episode|Titel/Lied/Songtitel|Titre/Chanson/Morceau|Título/Canción/Pista|Titolo/Brano/Canzone|Título da faixa/Música/Faixa|Titel nummer/Liedje|Judul/Lagu|Tajuk/Judul lagu|标题/歌曲/曲名|タイトル/曲名称/楽曲
artist|Artist/Artist name/Performer/Band|Künstler/Interpret|Artiste/Interprète|Artista/Intérprete|Artista del brano/Cantante|Artista da faixa/Cantor|Artiest/Uitvoerende|Artis/Penyanyi|Artis lagu/Penyanyi lagu|艺术家/歌手|アーティスト/歌手名
album|Album/Album name/Release|Albumtitel|Nom de l'album|Álbum/Nombre del álbum|Nome album|Álbum da faixa/Disco|Albumnaam|Nama album|Album lagu|专辑|アルバム
played|Ms played/Play duration/Listening time/Seconds played|Abspieldauer/Hördauer/Gehört (ms)|Durée d'écoute/Temps d'écoute|Tiempo de escucha/Reproducido (ms)|Tempo di ascolto/Durata ascolto|Tempo de escuta/Tempo tocado|Luistertijd/Afgespeeld ms|Durasi putar/Lama didengar|Masa dengar/Tempoh main|播放时长/收听时间|再生時間/聴取時間
url|URL/Link/Address/Uri/Web address|Webadresse/Verweis|Lien/Adresse web|Enlace/Dirección web|Collegamento/Indirizzo web|Ligação/Endereço web|Koppeling/Webadres|Tautan/Alamat web|Pautan|链接/网址|リンク/アドレス
channel|Channel/Channel name/Uploader/Creator|Kanal/Kanalname/Ersteller|Chaîne/Auteur|Canal/Creador|Canale/Autore|Canal do vídeo/Criador|Kanaal/Maker|Kanal video/Saluran/Pembuat|Saluran video/Pencipta|频道/作者|チャンネル/投稿者
text|Search/Query/Search term/Keywords|Suchbegriff/Suche/Suchanfrage|Recherche/Requête|Búsqueda/Consulta|Ricerca/Termine cercato|Pesquisa/Busca|Zoekopdracht/Zoekterm|Pencarian/Kata kunci|Carian/Kata carian|搜索/关键词|検索/検索語
measure|Measure/Metric/Type of data/Measurement type|Messgröße/Messart|Mesure/Type de mesure|Medida/Métrica|Misura/Tipo di misura|Medição/Métrica do dia|Meting/Meetwaarde soort|Pengukuran/Jenis ukuran|Ukuran/Jenis sukatan|指标/测量类型|測定項目/種類
value|Reading/Measured value/Result|Messwert/Wert|Valeur/Valeur mesurée|Valor medido/Lectura|Valore/Valore misurato|Valor medido do dia/Leitura|Waarde/Meetwaarde|Nilai/Hasil|Bacaan/Nilai ukuran|数值/测量值|測定値/値
recorder|Device/Source/Recorder/App/Tracker|Gerät/Quelle|Appareil/Source de données|Dispositivo/Fuente|Dispositivo sorgente/Fonte|Aparelho/Origem|Apparaat/Bron|Perangkat/Sumber|Peranti/Punca|设备/来源|デバイス/機器
steps|Steps/Step count/Daily steps|Schritte/Schrittzahl|Pas/Nombre de pas|Pasos/Número de pasos|Passi/Numero di passi|Passos/Contagem de passos|Stappen/Aantal stappen|Langkah/Jumlah langkah|Langkah harian/Bilangan langkah|步数|歩数
distance|Distance/Distance (km)/Km/Miles|Strecke/Entfernung/Distanz|Distance parcourue/Distance totale|Distancia/Recorrido|Distanza/Percorso|Distância/Percurso|Afstand|Jarak/Jarak tempuh|Jarak perjalanan|距离|距離
floors|Floors/Floors climbed/Flights climbed|Etagen/Stockwerke|Étages/Étages montés|Pisos/Plantas subidas|Piani/Piani saliti|Andares/Lances subidos|Verdiepingen/Trappen|Lantai/Lantai dinaiki|Tingkat/Tingkat dinaiki|楼层/爬楼层数|階数/上った階数
energy_burned|Calories burned/Calories/Active energy/kcal|Kalorien/Verbrannte Kalorien|Calories brûlées/Énergie active|Calorías/Calorías quemadas|Calorie/Calorie bruciate|Calorias/Calorias gastas|Calorieën/Verbrande calorieën|Kalori/Kalori terbakar|Kalori dibakar|卡路里/消耗热量|消費カロリー/カロリー
heart_rate|Heart rate/BPM/Pulse/Average heart rate|Herzfrequenz/Puls|Fréquence cardiaque/Pouls|Frecuencia cardíaca/Pulso|Frequenza cardiaca/Battito|Frequência cardíaca/Batimentos|Hartslag/Polsslag|Detak jantung/Denyut|Kadar jantung/Denyutan jantung|心率|心拍数/脈拍
resting_heart_rate|Resting heart rate/Resting HR/RHR|Ruhepuls/Ruheherzfrequenz|Fréquence cardiaque au repos/FC repos|Frecuencia en reposo/FC en reposo|Frequenza a riposo/FC a riposo|Frequência em repouso/FC em repouso|Hartslag in rust/Rusthartslag|Detak jantung istirahat|Kadar jantung rehat|静息心率|安静時心拍数
weight|Weight/Body weight/Weight (kg)/Mass|Gewicht/Körpergewicht|Poids/Poids corporel|Peso/Peso corporal|Peso corporeo/Peso (kg)|Peso do corpo/Massa corporal|Lichaamsgewicht/Gewicht (kg)|Berat/Berat badan|Berat tubuh/Timbangan|体重|体重(kg)/重さ
body_fat|Body fat/Fat %/Body fat percentage|Körperfett/Fettanteil|Masse grasse/Graisse corporelle|Grasa corporal/% grasa|Grasso corporeo/Massa grassa|Gordura corporal/% gordura|Lichaamsvet/Vetpercentage|Lemak tubuh/Kadar lemak|Lemak badan|体脂/体脂率|体脂肪/体脂肪率
oxygen_saturation|SpO2/Oxygen saturation/Blood oxygen|Sauerstoffsättigung/Blutsauerstoff|Saturation en oxygène/Oxygène sanguin|Saturación de oxígeno/Oxígeno en sangre|Saturazione ossigeno/Ossigeno nel sangue|Saturação de oxigênio/Oxigênio no sangue|Zuurstofsaturatie/Bloedzuurstof|Saturasi oksigen/Oksigen darah|Ketepuan oksigen|血氧/血氧饱和度|血中酸素/酸素飽和度
asleep|Minutes asleep/Time asleep/Sleep duration/Total sleep|Schlafdauer/Geschlafen (min)|Durée de sommeil/Minutes de sommeil|Minutos dormido/Duración del sueño|Durata del sonno/Minuti di sonno|Minutos dormindo/Duração do sono|Slaapduur/Minuten geslapen|Lama tidur/Durasi tidur|Tempoh tidur/Minit tidur|睡眠时长/睡眠分钟|睡眠時間/睡眠(分)
deep|Deep sleep/Minutes deep/Deep|Tiefschlaf/Tief (min)|Sommeil profond/Profond|Sueño profundo/Profundo|Sonno profondo/Profondo|Sono profundo/Sono fundo|Diepe slaap/Diep|Tidur nyenyak/Tidur dalam|Tidur lena|深睡/深度睡眠|深い睡眠/深睡眠
light|Light sleep/Minutes light/Light|Leichtschlaf/Leicht (min)|Sommeil léger/Léger|Sueño ligero/Ligero|Sonno leggero/Leggero|Sono leve/Leve|Lichte slaap/Licht|Tidur ringan/Ringan|Tidur ringan (min)|浅睡/浅度睡眠|浅い睡眠/浅睡眠
rem|REM/REM sleep/Minutes REM|REM-Schlaf/REM (min)|Sommeil paradoxal/Sommeil REM|Sueño REM/Fase REM|Sonno REM/Fase REM notte|Sono REM/Fase REM do sono|REM-slaap/Remslaap|Tidur REM/Fase REM tidur|Tidur REM (min)|快速眼动/REM睡眠|レム睡眠
awake|Minutes awake/Time awake/Awake|Wach/Wachzeit|Éveillé/Temps d'éveil|Despierto/Tiempo despierto|Sveglio/Tempo sveglio|Acordado/Tempo acordado|Wakker/Tijd wakker|Terjaga/Waktu terjaga|Berjaga/Masa berjaga|清醒/清醒时间|覚醒/覚醒時間
score|Score/Sleep score/Sleep quality|Schlafwert/Punktzahl/Schlafindex|Score de sommeil/Note|Puntuación/Calidad del sueño|Punteggio/Qualità del sonno|Pontuação/Qualidade do sono|Slaapscore/Score slaap|Skor/Skor tidur|Markah/Skor tidur malam|得分/睡眠评分|スコア/睡眠スコア
end|End/End time/Finished at/Ended/Wake time|Ende/Endzeit/Aufgewacht|Fin/Heure de fin/Réveil|Hora de fin/Terminado|Fine/Ora fine|Fim/Hora de término|Einde/Eindtijd|Selesai/Waktu selesai|Tamat/Masa tamat|结束时间/醒来时间|終了/終了時刻
activity|Activity/Workout type/Exercise/Sport|Aktivität/Sportart/Trainingsart|Activité/Type d'activité|Actividad/Deporte/Tipo de ejercicio|Attività/Sport praticato|Atividade/Tipo de exercício|Activiteit/Sportsoort|Aktivitas/Jenis olahraga|Aktiviti/Jenis senaman|运动类型/活动|アクティビティ/運動種目
duration|Duration/Elapsed time/Moving time/Length|Dauer/Trainingszeit|Durée/Temps écoulé|Duración/Tiempo total|Durata/Tempo trascorso|Duração/Tempo decorrido|Duur/Verstreken tijd|Durasi/Lama latihan|Tempoh/Tempoh senaman|时长/持续时间|所要時間/継続時間
other|Notes internal/Row/Comment count/Flag/Version/Email/Country/City/Tags/Verified/Branch code|Zeile/Notiz/Land/Ort/Kennzeichen|Ligne/Pays/Ville/Indicateur|Fila/País/Ciudad/Marca interna|Riga/Paese/Città|Linha/Cidade/Versão|Regel/Land herkomst/Plaats|Baris/Negara/Kota|Baris no/Bandar/Negara asal|行号/国家/城市/版本|行番号/国/都市
"""


def _words() -> dict[str, dict[str, tuple[str, ...]]]:
    found = {}
    for line in _TEXT.strip().splitlines():
        meaning, *languages = line.split("|")
        found[meaning] = {
            language: tuple(names.split("/")) for language, names in zip(LANGUAGES, languages, strict=True)
        }
    return found


WORDS: Final = _words()
"""Names by meaning and language."""
