using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Products between a strip of queries, two vectors wide, and a block of keys, over the parts of their tile that are seen.
/// </summary>
internal static unsafe class StripProducts<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private static int Strip => 2 * TOps.Count;

    /// <summary>tile [keys, strip] = rows [keys, width] columns [width, strip].</summary>
    public static void Multiply(StripParts parts, float* rows, nint stride, int width, float* columns, float* tile)
    {
        for (int i = 0; i < StripParts.Count; i++)
        {
            StripPart part = parts[i];
            int lane = part.FirstVector * TOps.Count;
            BlockProduct.Multiply<TOps, TVector>(rows + (part.FirstKey * stride), stride, 1, part.Keys, columns + lane, Strip, part.Vectors,
                tile + (part.FirstKey * Strip) + lane, Strip, width, accumulate: false);
        }
    }

    /// <summary>sums [width, strip] += rows^T [width, keys] tile [keys, strip].</summary>
    public static void AddColumns(StripParts parts, float* rows, nint stride, int width, float* tile, float* sums)
    {
        for (int i = 0; i < StripParts.Count; i++)
        {
            StripPart part = parts[i];
            int lane = part.FirstVector * TOps.Count;
            if (part.Keys > 0)
            {
                BlockProduct.Multiply<TOps, TVector>(rows + (part.FirstKey * stride), 1, stride, width,
                    tile + (part.FirstKey * Strip) + lane, Strip, part.Vectors, sums + lane, Strip, part.Keys, accumulate: true);
            }
        }
    }

    /// <summary>
    /// sums [keys, width] += tile [keys, strip] queries [strip, width]; rows of sums and of queries are whole vectors, side by side.
    /// </summary>
    public static void AddRows(StripParts parts, float* tile, float* queries, int width, float* sums)
    {
        for (int i = 0; i < StripParts.Count; i++)
        {
            StripPart part = parts[i];
            int lane = part.FirstVector * TOps.Count;
            float* first = tile + (part.FirstKey * Strip) + lane;
            BlockProduct.Multiply<TOps, TVector>(first, Strip, 1, part.Keys, queries + (lane * width), width,
                width / TOps.Count, sums + (part.FirstKey * width), width, part.Vectors * TOps.Count, accumulate: true);
        }
    }
}
