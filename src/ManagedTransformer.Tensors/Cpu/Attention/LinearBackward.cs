using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Gradient of linear attention. A chunk of work is one head of one sequence: a sweep from left to right keeps the state before every chunk
/// of positions, a sweep from right to left carries R, the gradient of the state. With dN = dy / D, dD = -(dy . y) / D D' and R = [Rs, Rz]:
/// B = (dN V^T + dD) * w, X = dN s^T + dD z^T, Y = V Rs^T + Rz; dQ = B K + carry * X, dK = B^T Q + w[last] * Y,
/// dV = m^T dN + w[last] * (K Rs), Rs = carry[last] Rs + (carry * Q)^T dN, Rz = carry[last] Rz + (carry * Q)^T dD.
/// </summary>
internal unsafe struct LinearBackward<TOps, TVector>(LinearGradientArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly LinearArguments _forward = arguments.Forward;

    public readonly int Chunks => _forward.Pairs;

    public readonly void Execute(int pair)
    {
        int blocks = (_forward.Length + _forward.Chunk - 1) / _forward.Chunk;
        nint stateSize = LinearState<TOps, TVector>.Size(_forward);
        using PooledScratch states = new(stateSize * Math.Max(blocks, 1));
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve(stateSize + LinearTile<TOps, TVector>.Size(_forward) + LinearGradientTile<TOps, TVector>.Size(_forward));
        LinearState<TOps, TVector> gradient = new(_forward, scratch.Take(stateSize));
        LinearTile<TOps, TVector> tile = new(_forward, pair, scratch);
        LinearGradientTile<TOps, TVector> gradients = new(arguments, pair, tile, scratch);

        LinearState<TOps, TVector> state = new(_forward, states.Floats);
        state.Load(_forward.State(pair));
        for (int block = 1; block < blocks; block++)
        {
            LinearState<TOps, TVector> next = new(_forward, states.Floats + (block * stateSize));
            next.Copy(state);
            tile.LoadKeys((block - 1) * _forward.Chunk);
            tile.Prefetch(block * _forward.Chunk);
            tile.Advance(next);
            state = next;
        }

        gradient.Load(arguments.FinalStateGradient(pair));
        for (int block = blocks - 1; block >= 0; block--)
        {
            int first = block * _forward.Chunk;
            tile.LoadKeys(first);
            tile.LoadQueries();
            tile.Prefetch(first - _forward.Chunk);
            gradients.Prefetch(first, tile.Count);
            gradients.Compute(tile, first, new LinearState<TOps, TVector>(_forward, states.Floats + (block * stateSize)), gradient);
        }

        gradient.Store(arguments.StateGradient(pair));
    }
}
