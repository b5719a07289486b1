using System.Diagnostics;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using MathNet.Numerics.Statistics;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Compares two devices: kernels, matrix products, attention, training steps and generation. Both run before anything is measured; then
/// they take turns, so that what else runs on the machine slows both, and medians count.
/// </summary>
public static class DeviceComparison
{
    /// <summary>The recipes that are measured unless others are named: one of every architecture, small enough for a processor.</summary>
    public static IReadOnlyList<string> StandardRecipes { get; } =
        ["stories", "enwiki-span-adaptive", "enwiki-all-attention", "enwiki-pkm", "enwiki-linear-t2r", "multi30k-delight"];

    /// <summary>The groups of work.</summary>
    public static IReadOnlyList<string> Groups { get; } =
        [DeviceWorks.Kernel, DeviceWorks.Product, DeviceWorks.Attention, DeviceWorks.Training, DeviceWorks.Generation];

    /// <summary>Measures both devices.</summary>
    /// <param name="first">A device, usually the CPU.</param>
    /// <param name="second">What it is compared with.</param>
    /// <param name="recipes">Recipes whose vocabulary is known, and their names.</param>
    /// <param name="seconds">About how long to measure a piece of work on a device.</param>
    /// <param name="groups">Some of <see cref="Groups"/>; null: all.</param>
    /// <param name="progress">Receives every result as it comes.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static IReadOnlyList<DeviceRate> Run(
        Device first, Device second, IEnumerable<(string Name, Recipe Recipe)> recipes, double seconds = 0.3,
        IReadOnlyCollection<string>? groups = null,
        Action<DeviceRate>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(recipes);
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        IEnumerable<MatMulPrecision> precisions = Fast(first).Union(Fast(second));
        IEnumerable<DeviceWork> works =
        [
            .. DeviceWorks.Kernels(), .. DeviceWorks.Products(precisions), .. DeviceWorks.Attentions(),
            .. recipes.SelectMany(named => DeviceWorks.OfRecipe(named.Name, named.Recipe)),
        ];
        List<DeviceRate> rates = [];
        foreach (DeviceWork work in works.Where(work => groups is null || groups.Contains(work.Group)))
        {
            double[] medians = Measure(work, [first, second], seconds, cancellation);
            rates.Add(new DeviceRate(work.Group, work.Name, work.Unit, work.Amount / medians[0], work.Amount / medians[1]));
            progress?.Invoke(rates[^1]);
        }

        return rates;
    }

    // A processor has lower precisions for their results alone.
    private static IReadOnlyList<MatMulPrecision> Fast(Device device) =>
        device.IsHost ? [MatMulPrecision.Float32] : device.MatMulPrecisions;

    // The median seconds of one run on every device.
    private static double[] Measure(DeviceWork work, Device[] devices, double seconds, CancellationToken cancellation)
    {
        const int turns = 5;
        Turn[] runs = [.. devices.Select(device => new Turn(work, device, seconds / turns))];
        double[][] times = [.. devices.Select(_ => new double[turns])];
        for (int turn = 0; turn < turns; turn++)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                int which = (turn + i) % runs.Length;
                times[which][turn] = runs[which].Measure();
            }
        }

        Array.ForEach(runs, run => run.Dispose());
        return [.. times.Select(own => own.Median())];
    }

    /// <summary>A piece of work on one device, run as often as a turn is long.</summary>
    private sealed class Turn : IDisposable
    {
        private readonly Device _device;
        private readonly MatMulPrecision _precision, _before;
        private readonly Action _run;
        private readonly int _repeats;

        public Turn(DeviceWork work, Device device, double seconds)
        {
            (_device, _before) = (device, device.MatMulPrecision);
            _precision = Fast(device).Contains(work.Precision) ? work.Precision : device.MatMulPrecisions[0];
            device.MatMulPrecision = _precision;
            using DeviceScope scope = new(device);
            _run = work.Prepare();
            Time(2); // compiles, fills pools
            _repeats = (int)Math.Clamp(seconds / Math.Max(1e-7, Time(1)), 1, 100_000);
            Time(Math.Max(1, _repeats / 2));
        }

        public double Measure()
        {
            using DeviceScope scope = new(_device);
            _device.MatMulPrecision = _precision;
            return Time(_repeats);
        }

        public void Dispose() => _device.MatMulPrecision = _before;

        private double Time(int repeats)
        {
            _device.Synchronize();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                using StepScope step = new();
                _run();
            }

            _device.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
        }
    }
}
