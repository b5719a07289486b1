using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>Tables of sinusoids that tell positions apart.</summary>
public static class SinusoidalPositions
{
    /// <summary>
    /// Rows p = 0, 1, ... Half layout, h = floor(dim / 2): columns j and h + j hold sin and cos of p 10000^(-j/(h-1)), an odd last column
    /// 0. Interleaved: columns 2i and 2i+1 hold sin and cos of p / 10000^(2i/dim).
    /// </summary>
    /// <param name="rows">Number of positions.</param>
    /// <param name="dim">Width.</param>
    /// <param name="kind">Half or Interleaved.</param>
    /// <returns>[rows, dim]</returns>
    /// <exception cref="ArgumentException">Another kind.</exception>
    public static Tensor Table(int rows, int dim, PositionKind kind)
    {
        if (kind is not (PositionKind.Half or PositionKind.Interleaved))
        {
            throw new ArgumentException($"There is no sinusoidal table for positions of the kind {kind}.", nameof(kind));
        }

        if (!Device.Current.HasValues)
        {
            return Tensor.Empty(new Shape(rows, dim));
        }

        float[] table = new float[checked(rows * dim)];
        int half = dim / 2;
        for (int p = 0; p < rows; p++)
        {
            Span<float> row = table.AsSpan(p * dim, dim);
            if (kind == PositionKind.Half)
            {
                for (int j = 0; j < half; j++)
                {
                    double angle = p * Math.Pow(10000, half == 1 ? 0 : -(double)j / (half - 1));
                    row[j] = (float)Math.Sin(angle);
                    row[half + j] = (float)Math.Cos(angle);
                }
            }
            else
            {
                for (int column = 0; column < dim; column++)
                {
                    double angle = p / Math.Pow(10000, (double)(column & ~1) / dim);
                    row[column] = (float)((column & 1) == 0 ? Math.Sin(angle) : Math.Cos(angle));
                }
            }
        }

        return Tensor.From(table, new Shape(rows, dim));
    }
}
