namespace ManagedTransformer.Gpu;

/// <summary>
/// The end of a product whose K was cut into parts: adds the parts in their order and finishes the element; one thread per element, in
/// strides.
/// </summary>
internal static class MatMulSumCode
{
    public static void Run(MatMulArguments g)
    {
        long plane = (long)g.M * g.N, count = g.Batch * plane;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            float sum = 0;
            for (int part = 0; part < g.Parts; part++)
            {
                sum += g.Scratch[(part * count) + i];
            }

            int batch = (int)(i / plane);
            int inside = (int)(i - (batch * plane));
            int row = inside / g.N;
            MatMulEpilogue.Finish(g, batch, row, inside - (row * g.N), sum);
        }
    }
}
