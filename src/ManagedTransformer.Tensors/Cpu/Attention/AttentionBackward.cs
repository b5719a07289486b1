using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Gradient of attention; a chunk of work is one head of keys of one sequence, with all query heads that read it. For every strip of
/// queries and block of keys, queries along the lanes: A = e^(K Q^T - m) / sum, dS = A (drop(V dY^T) - D) with D = dY . Y per query; then
/// dV += drop(A) dY, dK += Scale dS Q, dQ^T += Scale K^T dS. dK and dV of the head stay in this thread's scratch until all strips of all
/// its query heads have added to them.
/// </summary>
internal unsafe struct AttentionBackward<TOps, TVector>(AttentionGradientArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int KeyBlock = 64;

    private readonly AttentionArguments _forward = arguments.Forward;

    public readonly int Chunks => _forward.Batch * _forward.KeyHeads;

    private static int Strip => 2 * TOps.Count;

    private readonly int HeadVectors => (_forward.HeadWidth + TOps.Count - 1) / TOps.Count;

    private readonly int ValueVectors => (_forward.ValueWidth + TOps.Count - 1) / TOps.Count;

    public readonly void Execute(int chunk)
    {
        int headWidth = HeadVectors * TOps.Count, valueWidth = ValueVectors * TOps.Count, keyRows = _forward.KeyLength;
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve(((nint)keyRows * 2 * (headWidth + valueWidth))
            + GradientStrip<TOps, TVector>.Size(headWidth, valueWidth, KeyBlock));
        float* dKeys = scratch.Take((nint)keyRows * headWidth), dValues = scratch.Take((nint)keyRows * valueWidth);
        Clear(dKeys, (nint)keyRows * headWidth);
        Clear(dValues, (nint)keyRows * valueWidth);

        // Pairs of the same key head are neighbours.
        int firstPair = chunk * _forward.Group;
        var strip = new GradientStrip<TOps, TVector>(_forward, firstPair, headWidth, valueWidth, KeyBlock, scratch);
        for (int pair = firstPair; pair < firstPair + _forward.Group; pair++)
        {
            strip.Begin(arguments, pair);
            for (int first = 0; first < _forward.QueryLength; first += Strip)
            {
                AddStrip(ref strip, first, dKeys, dValues);
            }
        }

        PrefetchHead(chunk + CpuThreads.Count);
        RowPanels<TOps, TVector>.Unpack(dKeys, keyRows, _forward.HeadWidth, arguments.KeyGradients(firstPair));
        RowPanels<TOps, TVector>.Unpack(dValues, keyRows, _forward.ValueWidth, arguments.ValueGradients(firstPair));
    }

    /// <summary>Asks for what a chunk reads first, if there is one.</summary>
    private readonly void PrefetchHead(int chunk)
    {
        if (chunk >= Chunks)
        {
            return;
        }

        int pair = chunk * _forward.Group, keys = Math.Min(Strip, _forward.KeyLength), queries = Math.Min(Strip, _forward.QueryLength);
        _forward.Keys(pair).Prefetch(0, keys, _forward.HeadWidth);
        _forward.Values(pair).Prefetch(0, keys, _forward.ValueWidth);
        _forward.Queries(pair).Prefetch(0, queries, _forward.HeadWidth);
        _forward.Outputs(pair).Prefetch(0, queries, _forward.ValueWidth);
        arguments.OutputGradients(pair).Prefetch(0, queries, _forward.ValueWidth);
    }

    private readonly void AddStrip(ref GradientStrip<TOps, TVector> strip, int firstQuery, float* dKeys, float* dValues)
    {
        strip.Load(firstQuery);
        (int begin, int end) = _forward.VisibleKeys(firstQuery, strip.Queries);
        for (int key = begin; key < end; key += KeyBlock)
        {
            int keys = Math.Min(KeyBlock, end - key);
            strip.ComputeBlock(key, keys);
            strip.AddKeyGradients(dKeys + ((nint)key * HeadVectors * TOps.Count), dValues + ((nint)key * ValueVectors * TOps.Count));
            strip.AddQueryGradients(key);
        }

        strip.StoreQueryGradients();
    }

    private static void Clear(float* memory, nint count) => NativeMemory.Clear(memory, (nuint)count * sizeof(float));
}
