using System.Diagnostics;
using System.Globalization;

namespace ManagedTransformer.LlamaCpp;

/// <summary>The measurement, the same for both: a prompt is read several times, then tokens are generated behind it, greedily.</summary>
internal static class Timing
{
    private const int Prompts = 4;

    /// <summary>Measures; the best prompt and the median token count.</summary>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="tokens">Tokens to generate.</param>
    /// <param name="vocab">Ids.</param>
    /// <param name="reset">Forgets the text.</param>
    /// <param name="read">Reads tokens and returns the logits of the last.</param>
    public static Figures Run(int prompt, int tokens, int vocab, Action reset, Func<int[], float[]> read)
    {
        int[] ids = [.. Enumerable.Range(0, prompt).Select(i => (int)((i * 7919L) + 17) % vocab)];
        float[] logits = [];
        double least = double.PositiveInfinity;
        for (int i = 0; i < Prompts; i++)
        {
            reset();
            long start = Stopwatch.GetTimestamp();
            logits = read(ids);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        int best = Best(logits);
        double score = logits[best];
        List<double> times = [];
        int next = best;
        for (int i = 0; i < tokens; i++)
        {
            long start = Stopwatch.GetTimestamp();
            logits = read([next]);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            next = Best(logits);
        }

        times.Sort();
        return new Figures(prompt / least, 1 / times[times.Count / 2], Peak(), best, score);
    }

    private static int Best(float[] logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(logits);

    private static long Peak()
    {
        const string key = "VmHWM:";
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
            : null;
        return line is null
            ? Process.GetCurrentProcess().PeakWorkingSet64
            : 1024 * long.Parse(line[key.Length..^2], NumberStyles.Integer, CultureInfo.InvariantCulture);
    }
}
