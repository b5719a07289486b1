using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Runs tests that set the number of threads, which belongs to the process, one at a time, and sets it back.</summary>
internal static class ThreadCounts
{
    private static readonly Lock _gate = new();

    /// <summary>Computes once with each number of threads.</summary>
    public static T[] ForEach<T>(ReadOnlySpan<int> counts, Func<T> compute)
    {
        lock (_gate)
        {
            int before = CpuThreads.Count;
            try
            {
                T[] results = new T[counts.Length];
                for (int i = 0; i < counts.Length; i++)
                {
                    CpuThreads.Count = counts[i];
                    results[i] = compute();
                }

                return results;
            }
            finally
            {
                CpuThreads.Count = before;
            }
        }
    }
}
