namespace ManagedTransformer.Gpu.Tests;

/// <summary>Reports indices that are not in 0 .. Size - 1.</summary>
internal static class CheckCode
{
    public static void Run(CheckArguments arguments)
    {
        for (long i = GridStride.First; i < arguments.Indices.Length; i += GridStride.Step)
        {
            _ = IndexReport.IsValid(arguments.Word, i, arguments.Indices[i], arguments.Size);
        }
    }
}
