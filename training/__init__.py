"""How flowgen-nano, the embedded model, is made: generators, tokenizer, network, training, export, measuring."""
