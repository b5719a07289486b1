using System.Diagnostics;
using ManagedTransformer.Recipes;
using ManagedTransformer.Training;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures updates of a recipe on the workers that there are, and the way between them.</summary>
public static class ScaleBenchmark
{
    private const int WarmUp = 2, ShortMessages = 200, LongMessages = 8, ShortLength = 64, LongLength = 1 << 23;

    /// <summary>Refuses what <see cref="Run"/> would refuse before it reads data.</summary>
    /// <param name="recipe">What is trained.</param>
    /// <param name="options">Data, and changes of the recipe.</param>
    /// <exception cref="InputException">Recipe, changes or options cannot be used.</exception>
    public static void Require(Recipe recipe, TrainingOptions options) => Changed(recipe, options);

    /// <summary>Measures; all workers call it together. Nothing is written.</summary>
    /// <param name="recipe">What is trained.</param>
    /// <param name="options">Data, changes of the recipe, and the workers; without them: this process alone.</param>
    /// <param name="steps">Updates to measure, each once with and once without exchanges that begin during the backward walk.</param>
    /// <exception cref="InputException">Recipe or data cannot be used, or the batches cannot be dealt.</exception>
    public static ScaleMeasurement Run(Recipe recipe, TrainingOptions options, int steps)
    {
        recipe = Changed(recipe, options);
        Crew crew = new(options.Workers);
        TrainingTask? task = null;
        crew.Together(() =>
        {
            task = ModelFamily.Of(recipe).CreateTask(recipe, options, checkpoint: null);
            task.Trainer.Join(crew, options);
        });
        Trainer trainer = task!.Trainer;
        ScaleSample[] early = new ScaleSample[steps], late = new ScaleSample[steps];
        for (int i = -WarmUp; i < steps; i++)
        {
            ScaleSample first = Measure(trainer, crew, isEarly: true), second = Measure(trainer, crew, isEarly: false);
            if (i >= 0)
            {
                (early[i], late[i]) = (first, second);
            }
        }

        (double latency, double bandwidth) = options.Workers is { Count: > 1 } group ? MeasureLink(crew, group) : (0, 0);
        return new ScaleMeasurement
        {
            Workers = crew.Count,
            Batches = task.Recipe.Accumulate,
            Parameters = trainer.TrainedParameters,
            Milliseconds = Median(early, sample => sample.Milliseconds),
            LateMilliseconds = Median(late, sample => sample.Milliseconds),
            ExchangeMilliseconds = Median(early, sample => sample.ExchangeMilliseconds),
            LateExchangeMilliseconds = Median(late, sample => sample.ExchangeMilliseconds),
            BytesPerStep = (long)Median(early, sample => sample.Bytes),
            LatencyMicroseconds = latency,
            GigabytesPerSecond = bandwidth,
        };
    }

    private static Recipe Changed(Recipe recipe, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        recipe.Validate(options.RecipeName);
        options.Validate();
        return RecipeChanges.Apply(recipe, options.Set, options.RecipeName, TrainingOptions.SetOption);
    }

    private static ScaleSample Measure(Trainer trainer, Crew crew, bool isEarly)
    {
        trainer.SendsEarly = isEarly;
        crew.Any(false); // all begin together
        TimeSpan inside = crew.Group?.Inside ?? default;
        long bytes = trainer.BytesSent, start = Stopwatch.GetTimestamp();
        trainer.Update();
        return new ScaleSample(
            Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            ((crew.Group?.Inside ?? default) - inside).TotalMilliseconds,
            trainer.BytesSent - bytes);
    }

    private static (double LatencyMicroseconds, double GigabytesPerSecond) MeasureLink(Crew crew, WorkerGroup group)
    {
        double latency = Exchange(crew, group, ShortLength, ShortMessages) / (group.Count - 1);
        double seconds = Exchange(crew, group, LongLength, LongMessages);
        return (latency * 1e6, LongLength * (group.Count - 1) / seconds / 1e9);
    }

    // Seconds of an exchange of blocks between all workers.
    private static double Exchange(Crew crew, WorkerGroup group, int length, int repetitions)
    {
        ReadOnlyMemory<byte>[] send = new ReadOnlyMemory<byte>[group.Count];
        Memory<byte>[] receive = new Memory<byte>[group.Count];
        for (int i = 0; i < group.Count; i++)
        {
            send[i] = GC.AllocateArray<byte>(length, pinned: true);
            receive[i] = GC.AllocateArray<byte>(length, pinned: true);
        }

        group.Begin(0, send, receive).Wait();
        crew.Any(false);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repetitions; i++)
        {
            group.Begin(0, send, receive).Wait();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / repetitions;
    }

    private static double Median(ScaleSample[] samples, Func<ScaleSample, double> value) =>
        samples.Select(value).Order().ElementAt(samples.Length / 2);

    private readonly record struct ScaleSample(double Milliseconds, double ExchangeMilliseconds, long Bytes);
}
