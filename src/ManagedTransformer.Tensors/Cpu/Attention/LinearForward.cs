using System.Runtime.InteropServices;
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
        int valueStride = RowPanels<TOps, TVector>.Padded(arguments.ValueWidth + 1);
        nint stateSize = (nint)arguments.Features * valueStride, resultSize = (nint)arguments.Chunk * valueStride;
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve(stateSize + resultSize + LinearTile<TOps, TVector>.Size(arguments));
        float* state = scratch.Take(stateSize), results = scratch.Take(resultSize);
        LinearTile<TOps, TVector> tile = new(arguments, pair, scratch);
        NativeMemory.Clear(state, (nuint)(stateSize + resultSize) * sizeof(float));
        arguments.State(pair).Load(state, valueStride);

        for (int first = 0; first < arguments.Length; first += arguments.Chunk)
        {
            tile.LoadKeys(first);
            tile.LoadQueries();
            BlockProduct.Multiply<TOps, TVector>(tile.Queries, tile.KeyStride, 1, tile.Count, state, valueStride, valueStride / TOps.Count,
                results, valueStride, arguments.Features, accumulate: false);
            tile.ScaleByCarry(results, valueStride);
            tile.AddProduct(tile.Weights, tile.Values, valueStride, results);
            Store(pair, first, tile.Count, results, valueStride);
            tile.Advance(state);
        }

        arguments.FinalState(pair).Store(state, valueStride);
    }

    private readonly void Store(int pair, int first, int count, float* results, int stride)
    {
        HeadRows outputs = arguments.Outputs(pair);
        float* denominators = arguments.Denominators(pair);
        for (int t = 0; t < count; t++, results += stride)
        {
            float sum = results[arguments.ValueWidth];
            if (denominators is not null)
            {
                denominators[first + t] = sum;
            }

            RowPanels<TOps, TVector>.Scale(results, stride, 1 / arguments.Divisor(sum, arguments.Epsilon(pair, first + t)));
            new ReadOnlySpan<float>(results, arguments.ValueWidth).CopyTo(new Span<float>(outputs[first + t], arguments.ValueWidth));
        }
    }
}
