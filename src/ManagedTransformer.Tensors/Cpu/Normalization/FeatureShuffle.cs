namespace ManagedTransformer.Tensors.Cpu.Normalization;

/// <summary>Moves feature j of group k to place j groups + k of a row, and back; and cuts rows that two arrays share into chunks.</summary>
internal static unsafe class FeatureShuffle
{
    /// <summary>y[j groups + k] = x[k width + j].</summary>
    public static void Forward(float* x, float* y, int groups, int width)
    {
        if (groups == 2)
        {
            for (int j = 0; j < width; j++)
            {
                y[2 * j] = x[j];
                y[(2 * j) + 1] = x[width + j];
            }

            return;
        }

        for (int j = 0; j < width; j++)
        {
            float* from = x + j;
            for (int k = 0; k < groups; k++, from += width)
                *y++ = *from;
        }
    }

    /// <summary>x[k width + j] = y[j groups + k].</summary>
    public static void Backward(float* y, float* x, int groups, int width)
    {
        for (int k = 0; k < groups; k++)
        {
            float* from = y + k;
            for (int j = 0; j < width; j++, from += groups)
                *x++ = *from;
        }
    }

    /// <summary>Copies chunks between a whole row and its places in a mixed row, <paramref name="period"/> elements apart.</summary>
    public static void Scatter(float* whole, float* mixed, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++)
            Buffer.MemoryCopy(whole + (i * length), mixed + (i * period), length * sizeof(float), length * sizeof(float));
    }

    /// <summary>The way back of <see cref="Scatter"/>.</summary>
    public static void Gather(float* mixed, float* whole, int chunks, int length, int period)
    {
        for (int i = 0; i < chunks; i++)
            Buffer.MemoryCopy(mixed + (i * period), whole + (i * length), length * sizeof(float), length * sizeof(float));
    }
}
