"""The classifier: what a question means by the meaning of its sentence, learnt from a bank of question skeletons."""
