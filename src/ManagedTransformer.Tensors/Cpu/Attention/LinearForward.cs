using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Linear attention chunk by chunk: [num, den] = carry * (Q s) + m V with m = (Q K^T) * w, then the state moves behind the chunk. A chunk
/// of work is one head of one sequence.
/// </summary>
internal unsafe struct LinearForward<TOps, TVector>(LinearArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public readonly int Chunks => arguments.Pairs;

    public readonly void Execute(int pair)
    {
        nint stateSize = LinearState<TOps, TVector>.Size(arguments);
        int valueStride = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth);
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve(stateSize + ((nint)arguments.Chunk * (valueStride + 1)) + LinearTile<TOps, TVector>.Size(arguments));
        LinearState<TOps, TVector> state = new(arguments, scratch.Take(stateSize));
        float* results = scratch.Take((nint)arguments.Chunk * valueStride), denominators = scratch.Take(arguments.Chunk);
        LinearTile<TOps, TVector> tile = new(arguments, pair, scratch);
        state.Load(arguments.State(pair));

        for (int first = 0; first < arguments.Length; first += arguments.Chunk)
        {
            tile.LoadKeys(first);
            tile.LoadQueries();
            tile.Prefetch(first + arguments.Chunk);
            RowPanels<TOps, TVector>.Prefetch(arguments.Outputs(pair), first, tile.Count, arguments.ValueWidth);
            BlockProduct.Multiply<TOps, TVector>(tile.Queries, tile.KeyStride, 1, tile.Count, state.S, valueStride,
                valueStride / TOps.Count, results, valueStride, arguments.Features, accumulate: false);
            tile.ScaleByCarry(results, valueStride);
            tile.AddProduct(tile.Weights, tile.Values, valueStride, results);
            tile.Denominators(state.Z, denominators);
            Store(pair, first, tile.Count, results, valueStride, denominators);
            tile.Advance(state);
        }

        state.Store(arguments.FinalState(pair));
    }

    private readonly void Store(int pair, int first, int count, float* results, int stride, float* denominators)
    {
        float* kept = arguments.Denominators(pair);
        for (int t = 0; t < count; t++)
        {
            if (kept is not null)
            {
                kept[first + t] = denominators[t];
            }

            float divisor = arguments.Divisor(denominators[t], arguments.Epsilon(pair, first + t));
            RowPanels<TOps, TVector>.Scale(results + ((nint)t * stride), stride, 1 / divisor);
        }

        HeadRows outputs = arguments.Outputs(pair);
        RowPanels<TOps, TVector>.Unpack(results, count, arguments.ValueWidth, new HeadRows(outputs[first], outputs.Stride));
    }
}
