namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A state (s, z) of one head of one sequence as tensors keep it: s [K, dv] and z [K].</summary>
internal readonly unsafe struct LinearStateRows(float* s, float* z, int pair, int features, int valueWidth)
{
    public readonly float* S = s is null ? null : s + ((long)pair * features * valueWidth);
    public readonly float* Z = z is null ? null : z + ((long)pair * features);

    /// <summary>Copies the state into rows [s, z, zeros] of <paramref name="stride"/> numbers; an absent one is zero.</summary>
    public void Load(float* rows, int stride)
    {
        for (int i = 0; i < features; i++, rows += stride)
        {
            var row = new Span<float>(rows, stride);
            row.Clear();
            if (S is null)
            {
                continue;
            }

            new ReadOnlySpan<float>(S + ((nint)i * valueWidth), valueWidth).CopyTo(row);
            row[valueWidth] = Z[i];
        }
    }

    /// <summary>Copies rows [s, z, ...] back, if the state is wanted.</summary>
    public void Store(float* rows, int stride)
    {
        for (int i = 0; i < features && S is not null; i++, rows += stride)
        {
            new ReadOnlySpan<float>(rows, valueWidth).CopyTo(new Span<float>(S + ((nint)i * valueWidth), valueWidth));
            Z[i] = rows[valueWidth];
        }
    }
}
