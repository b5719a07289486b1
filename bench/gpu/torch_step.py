"""A training step (forward, backward, AdamW) of the model of `mt bench train` in PyTorch on a GPU, for bench/gpu/check.sh.

Usage: torch_step.py LAYERS DIM HEADS SEQ BATCH VOCAB STEPS float32|bfloat16   -> one JSON line.
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        rows, length, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(rows, length, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(rows, length, dim))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class LanguageModel(nn.Module):
    def __init__(self, layers, dim, heads, length, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, dim), nn.Embedding(length, dim)
        self.blocks = nn.Sequential(*(Block(dim, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(dim)

    def forward(self, ids, targets):
        x = self.norm(self.blocks(self.tokens(ids) + self.positions.weight[: ids.shape[1]]))
        return F.cross_entropy((x @ self.tokens.weight.T).flatten(0, 1).float(), targets.flatten())


layers, dim, heads, length, batch, vocabulary, steps = map(int, sys.argv[1:8])
torch.set_float32_matmul_precision("highest")
model = LanguageModel(layers, dim, heads, length, vocabulary).cuda()
optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=True)
times = []
for step in range(steps + 5):
    ids = torch.randint(vocabulary, (batch, length + 1), device="cuda")
    torch.cuda.synchronize()
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cuda", torch.bfloat16, enabled=sys.argv[8] == "bfloat16"):
        loss = model(ids[:, :-1], ids[:, 1:])
    loss.backward()
    optimizer.step()
    loss.item()
    times.append(time.perf_counter() - start)
milliseconds = 1e3 * sorted(times[5:])[steps // 2]
print(json.dumps({"ms": milliseconds, "tokens_per_s": batch * length / milliseconds * 1e3}))
