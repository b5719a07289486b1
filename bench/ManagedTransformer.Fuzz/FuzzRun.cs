using ManagedTransformer.Fuzz.Mutation;

namespace ManagedTransformer.Fuzz;

/// <summary>Many changed files for one target.</summary>
/// <param name="target">The target.</param>
/// <param name="seed">Decides the changes, together with the number of a file.</param>
internal sealed class FuzzRun(FuzzTarget target, ulong seed)
{
    private const int MostFinds = 20;

    // One of each kind is enough: what was thrown, and where in our code.
    private static string Kind(string reason)
    {
        string[] lines = reason.Split('\n');
        return lines[0].Split([':', ' '])[0]
            + lines.FirstOrDefault(line => line.Contains("at ManagedTransformer", StringComparison.Ordinal));
    }

    /// <summary>Has the target read its seeds, as they are, and changed files.</summary>
    /// <param name="count">How many changed ones.</param>
    /// <param name="first">The number of the first one.</param>
    /// <returns>What went wrong. A file that is never done with ends the run.</returns>
    public IReadOnlyList<FuzzFind> Run(int count, int first = 0)
    {
        List<FuzzFind> finds = [];
        HashSet<string> kinds = [];
        int index = -1;
        IReadOnlyList<byte[]> seeds = target.Seeds;
        Reading reading = new(target);
        Mutator mutator = new(target);
        Thread thread = new(() =>
        {
            foreach (byte[] whole in seeds)
            {
                Check(whole);
                if (reading.Refusal is { } refusal)
                {
                    finds.Add(new FuzzFind(target, index, whole, $"A seed is refused: {refusal}"));
                }
            }

            for (index = first; index < first + count && finds.Count < MostFinds; index++)
            {
                Check(mutator.Make(seed, index));
            }

            reading.Dispose();
        }, FuzzLimits.Stack)
        {
            IsBackground = true,
        };
        thread.Start();
        while (!thread.Join(TimeSpan.FromMilliseconds(200)))
        {
            if (reading.Elapsed > FuzzLimits.Patience)
            {
                return [.. finds, new FuzzFind(target, index, reading.Bytes, $"It takes more than {FuzzLimits.Patience}.")];
            }
        }

        return finds;

        void Check(byte[] bytes)
        {
            if (reading.Check(bytes) is { } reason && kinds.Add(Kind(reason)))
            {
                finds.Add(new FuzzFind(target, index, bytes, reason));
            }
        }
    }
}
