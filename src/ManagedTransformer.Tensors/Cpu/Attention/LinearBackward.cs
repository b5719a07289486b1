using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Gradient of linear attention. A chunk of work is one head of one sequence: a sweep from left to right keeps the state before every chunk
/// of positions, a sweep from right to left carries R, the gradient of the state (its last column belongs to z). With dN = [dy / D, dD],
/// dD = -(dy . y) / D D', V' = [V, 1] and S = [s, z]: B = (dN V'^T) * w, X = dN S^T, Y = V' R^T; dQ = B K + carry * X, dK = B^T
/// Q + w[last] * Y, dV = m^T dN + w[last] * (K R), R = carry[last] R + (carry * Q)^T dN.
/// </summary>
internal unsafe struct LinearBackward<TOps, TVector>(LinearGradientArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly LinearArguments _forward = arguments.Forward;

    public readonly int Chunks => _forward.Pairs;

    private readonly int ValueStride => RowPanels<TOps, TVector>.Padded(_forward.ValueWidth + 1);

    private readonly nint StateSize => (nint)_forward.Features * ValueStride;

    public readonly void Execute(int pair)
    {
        int blocks = (_forward.Length + _forward.Chunk - 1) / _forward.Chunk;
        using PooledScratch states = new(StateSize * Math.Max(blocks, 1));
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve(StateSize + LinearTile<TOps, TVector>.Size(_forward) + LinearGradientTile<TOps, TVector>.Size(_forward));
        float* gradient = scratch.Take(StateSize);
        LinearTile<TOps, TVector> tile = new(_forward, pair, scratch);
        LinearGradientTile<TOps, TVector> gradients = new(arguments, pair, tile, scratch);

        NativeMemory.Clear(states.Floats, (nuint)StateSize * sizeof(float));
        _forward.State(pair).Load(states.Floats, ValueStride);
        for (int block = 1; block < blocks; block++)
        {
            float* state = states.Floats + (block * StateSize);
            NativeMemory.Copy(state - StateSize, state, (nuint)StateSize * sizeof(float));
            tile.LoadKeys((block - 1) * _forward.Chunk);
            tile.Advance(state);
        }

        NativeMemory.Clear(gradient, (nuint)StateSize * sizeof(float));
        arguments.FinalStateGradient(pair).Load(gradient, ValueStride);
        for (int block = blocks - 1; block >= 0; block--)
        {
            int first = block * _forward.Chunk;
            tile.LoadKeys(first);
            tile.LoadQueries();
            gradients.Compute(tile, first, states.Floats + (block * StateSize), gradient);
        }

        arguments.StateGradient(pair).Store(gradient, ValueStride);
    }
}
