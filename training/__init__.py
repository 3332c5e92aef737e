"""How flowgen-nano, the embedded model, is made: data from generators, tokenizer, model, training, export, measuring."""
