namespace ManagedTransformer.Gpu;

/// <summary>y[i] = the sum of x[part, i] over all parts in their order: a thread per element.</summary>
internal static class PartialSumCode
{
    public static void Run(PartialSumArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            float sum = 0;
            for (long part = 0; part < arguments.Parts; part++)
            {
                sum += arguments.X[(part * arguments.Count) + i];
            }

            arguments.Y[i] = sum;
        }
    }
}
