"""Begin a training at the weights of an exported file: what a checkpoint knows besides them comes back in minutes."""

from pathlib import Path

import gguf
import torch

from training.export import gguf_name
from training.model import Nano, Shape, named_weights


def network_of(path: Path) -> Nano:
    """The network of an exported GGUF, its halves as float32."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    num_layers = sum(name.endswith("ffn_gate.weight") for name in tensors)
    kinds = ["c" if f"blk.{index}.shortconv.conv.weight" in tensors else "a" for index in range(num_layers)]
    feed = int(tensors["blk.0.ffn_gate.weight"].shape[1])
    model = Nano(Shape(layers="".join(kinds), feed=feed))
    with torch.no_grad():
        for name, weight in named_weights(model).items():
            if name != "lm_head.weight":
                data = gguf.quants.dequantize(tensors[gguf_name(name)].data, tensors[gguf_name(name)].tensor_type)
                weight.copy_(torch.from_numpy(data.copy()).reshape(weight.shape))
    return model
