using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Statistics of a query as <see cref="SpanQueries"/> has them, with the distance at which its soft mask is 0 in place of z + 1.
/// </summary>
internal struct TensorSpanQuery
{
    /// <summary>Shared memory for the queries of a tile.</summary>
    public const int TileBytes = 5 * NumberBytes;

    // One of the numbers of all queries.
    private const int NumberBytes = TensorRows.Streamed * sizeof(float);

    public float Max, Inverse, Dot, Lost, End;

    /// <summary>Those of a query, which may lie behind the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanQuery Load(SpanGradientArguments arguments, int batch, int head, int query)
    {
        SpanArguments forward = arguments.Forward;
        bool exists = query < forward.QueryLength;
        long place = (((long)(batch * forward.Heads) + head) * forward.QueryLength) + query;
        float normalizer = exists ? forward.Normalizers[place] : 1, sum = exists ? forward.Sums[place] : 0;
        TensorSpanQuery numbers;
        numbers.Max = exists ? forward.Maxima[place] : 0;
        numbers.Inverse = Quad.InverseOrOne(normalizer);
        numbers.Dot = exists ? arguments.Dots[place] : 0;
        numbers.Lost = SpanQueries.LostBy(forward.Epsilon, sum, normalizer, numbers.Dot);
        numbers.End = TensorSpanPlace.End(forward, batch, query, head);
        return numbers;
    }

    /// <summary>Puts those of a tile's queries down, one per thread of the first warp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutTile(SpanGradientArguments arguments, int batch, int head, int query, uint tile)
    {
        if (Group.IdxX < TensorRows.Streamed)
        {
            TensorSpanQuery numbers = Load(arguments, batch, head, query + Group.IdxX);
            uint place = tile + (uint)(Group.IdxX * sizeof(float));
            Put(place, numbers.Max);
            Put(place + NumberBytes, numbers.Inverse);
            Put(place + (2 * NumberBytes), numbers.Dot);
            Put(place + (3 * NumberBytes), numbers.Lost);
            Put(place + (4 * NumberBytes), numbers.End);
        }
    }

    /// <summary>Those of one of them, a constant number of queries behind the one that a place belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanQuery OfTile(uint place, int query)
    {
        TensorSpanQuery numbers;
        numbers.Max = TensorRegister.Load(place, query * sizeof(float));
        numbers.Inverse = TensorRegister.Load(place, (query * sizeof(float)) + NumberBytes);
        numbers.Dot = TensorRegister.Load(place, (query * sizeof(float)) + (2 * NumberBytes));
        numbers.Lost = TensorRegister.Load(place, (query * sizeof(float)) + (3 * NumberBytes));
        numbers.End = TensorRegister.Load(place, (query * sizeof(float)) + (4 * NumberBytes));
        return numbers;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(uint place, float number) => CudaAsm.Emit("st.shared.f32 [%0], %1;", place, number);
}
