using System.Text.Json;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>A classifier of texts: network, words and labels together, trained, saved and loaded.</summary>
/// <param name="network">The network.</param>
/// <param name="tokenizer">Texts to tokens.</param>
/// <param name="labels">Names of the classes.</param>
public sealed class TextClassifier(SequenceClassifier network, ITokenizer tokenizer, IReadOnlyList<string> labels)
{
    private const int Rows = 32;
    private const float Gamma = 1;

    /// <summary>The network.</summary>
    public SequenceClassifier Network => network;

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Labels => labels;

    /// <summary>
    /// A classifier that has learnt from examples. The loop is written out, in place of the library's <c>ModuleTrainer</c>: batches, loss,
    /// gradients, clipping, schedule and updates are the caller's.
    /// </summary>
    /// <param name="examples">Texts, each with the index of its class.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="steps">Updates.</param>
    /// <param name="options">Sizes, of which vocabulary and classes are filled in; null for the default ones.</param>
    /// <param name="report">Receives the number of every update and its loss.</param>
    public static TextClassifier Train(IReadOnlyList<(string Text, int Label)> examples, IReadOnlyList<string> labels, int steps,
        ClassifierOptions? options = null, Action<int, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(labels);
        WordTokenizer tokenizer = WordTokenizer.FromText(string.Join('\n', examples.Select(example => example.Text)));
        options = (options ?? new ClassifierOptions { Vocabulary = 0, Classes = 0 }) with
        {
            Vocabulary = tokenizer.VocabularySize,
            Classes = labels.Count,
        };
        SequenceClassifier network = new(options, new RandomSource(1));
        TextClassifier classifier = new(network, tokenizer, labels);

        OptimizerSet optimizers = new OptimizerRecipe { Betas = [0.9f, 0.99f], ClipNorm = 1 }.CreateSet(network.Parameters());
        LearningRateSchedule schedule =
            new ScheduleRecipe { Type = ScheduleKind.Cosine, Lr = 5e-3, Warmup = 20 }.Create(steps);
        RandomSource random = new(2);
        for (int step = 0; step < steps; step++)
        {
            random.MoveTo((ulong)step); // batch and dropout follow from the number of the update
            (string Text, int Label)[] batch =
                [.. Enumerable.Range(0, Rows).Select(_ => examples[(int)(random.NextUnit() * examples.Count)])];
            network.ClearGradients(release: true);
            using StepScope scope = new(); // the memory of an update serves the next one
            (Tensor tokens, Tensor padding) = classifier.Encode([.. batch.Select(example => example.Text)]);
            Tensor labelled = Tensor.From([.. batch.Select(example => example.Label)], new Shape(Rows));
            Tensor loss = FocalLoss.Sum(network.Forward(tokens, padding, ForwardContext.Training(random)), labelled, Gamma);
            double mean = loss.Item() / Rows;
            loss.Backward();
            IReadOnlyList<double> norms = optimizers.GradientNorms(1f / Rows);
            optimizers.Step((float)schedule.Rate(step), norms, 1f / Rows);
            report?.Invoke(step + 1, mean);
        }

        return classifier;
    }

    /// <summary>Reads a folder that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">A file is missing, damaged or of another model.</exception>
    public static TextClassifier Load(string path)
    {
        string folder = CheckpointFolder.Open(path), file = Path.Combine(folder, CheckpointFolder.ConfigFile);
        ClassifierDescription description;
        try
        {
            description = JsonSerializer.Deserialize(File.ReadAllBytes(file), ClassifierJson.Default.ClassifierDescription)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new InputException($"{file} describes no classifier: {e.Message}", e);
        }

        description.Options.Validate(file);
        if (description.Labels.Count != description.Options.Classes)
        {
            throw new InputException($"{file} names {description.Labels.Count} labels of {description.Options.Classes} classes.");
        }

        SequenceClassifier network = new(description.Options, new RandomSource(0));
        ModuleWeights.Load(network, Path.Combine(folder, CheckpointFolder.ModelFile));
        return new(network, Tokenizer.Load(Path.Combine(folder, CheckpointFolder.TokenizerFile)), description.Labels);
    }

    /// <summary>Writes the classifier as a folder, whole or not at all.</summary>
    /// <param name="path">The folder; an earlier one is replaced.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Save(string path) => CheckpointFolder.Write(path, folder =>
    {
        File.WriteAllBytes(
            Path.Combine(folder, CheckpointFolder.ConfigFile),
            JsonSerializer.SerializeToUtf8Bytes(
                new ClassifierDescription(network.Options, labels), ClassifierJson.Default.ClassifierDescription));
        tokenizer.Save(Path.Combine(folder, CheckpointFolder.TokenizerFile));
        ModuleWeights.Save(network, Path.Combine(folder, CheckpointFolder.ModelFile));
    });

    /// <summary>Scores of all classes.</summary>
    /// <param name="texts">At least one, of at least one word each.</param>
    /// <returns>Logits, a row per text.</returns>
    /// <exception cref="InputException">A text is empty, or longer than the network reads.</exception>
    public float[][] Scores(params IReadOnlyList<string> texts)
    {
        using NoGradientScope _ = new();
        using StepScope scope = new();
        (Tensor tokens, Tensor padding) = Encode(texts);
        return [.. network.Forward(tokens, padding, ForwardContext.Inference).ToArray().Chunk(labels.Count)];
    }

    /// <summary>The most probable class of every text.</summary>
    /// <param name="texts">At least one, of at least one word each.</param>
    /// <exception cref="InputException">A text is empty, or longer than the network reads.</exception>
    public IReadOnlyList<int> Classify(params IReadOnlyList<string> texts) =>
        [.. Scores(texts).Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>Which part of examples is given its class.</summary>
    /// <param name="examples">Texts, each with the index of its class.</param>
    public double Accuracy(IReadOnlyList<(string Text, int Label)> examples)
    {
        IReadOnlyList<int> found = Classify([.. examples.Select(example => example.Text)]);
        return examples.Zip(found).Count(pair => pair.First.Label == pair.Second) / (double)examples.Count;
    }

    // Token ids, Int32 [B, T], and Float32 [B, T] with 1 behind the end of shorter texts.
    private (Tensor Tokens, Tensor Padding) Encode(IReadOnlyList<string> texts)
    {
        int[][] ids = [.. texts.Select(text => tokenizer.Encode(text))];
        int length = ids.Max(row => row.Length);
        if (ids.Any(row => row.Length == 0) || length > network.Options.MaxLength)
        {
            throw new InputException(
                $"Texts have from 1 to {network.Options.MaxLength} words; these have from {ids.Min(row => row.Length)} to {length}.");
        }

        Shape shape = new(ids.Length, length);
        return (
            Tensor.From([.. ids.SelectMany(row => row.Concat(Enumerable.Repeat(0, length - row.Length)))], shape),
            Tensor.From([.. ids.SelectMany(row => Enumerable.Range(0, length).Select(t => t < row.Length ? 0f : 1f))], shape));
    }
}
