namespace ManagedTransformer.Gpu;

/// <summary>
/// Last step of every kernel of matrix products: alpha, bias, the earlier value of C and the activation are applied to a sum.
/// </summary>
internal static class MatMulEpilogue
{
    /// <summary>Takes the sum over one part of K: to the scratch if there are more parts, else to C.</summary>
    public static void Store(MatMulArguments g, int batch, int part, int row, int column, float sum)
    {
        if (g.Parts > 1)
        {
            g.Scratch[(((((long)part * g.Batch) + batch) * g.M) + row) * g.N + column] = sum;
        }
        else
        {
            Finish(g, batch, row, column, sum);
        }
    }

    /// <summary>Takes the sum over all of K.</summary>
    public static void Finish(MatMulArguments g, int batch, int row, int column, float sum)
    {
        float value = g.Alpha * sum;
        if (g.HasBias != 0)
        {
            value += g.Bias[(batch * g.BatchStrideBias) + column];
        }

        long place = (batch * g.BatchStrideC) + (row * g.StrideC) + column;
        if (g.Accumulate != 0)
        {
            value += g.C[place];
        }

        if (g.HasPreActivation != 0)
        {
            g.PreActivation[place] = value;
        }

        g.C[place] = GpuActivation.Apply(g.Activation, value);
    }
}
