using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Conversion;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Recipes;
using ManagedTransformer.Training;

namespace ManagedTransformer.Linearizing;

/// <summary>
/// Turns a pretrained softmax model into a recurrent one (Zhang et al., "LoLCATs: On Low-Rank Linearizing of Large Language Models", 2024):
/// conversion, attention transfer, low-rank updates, and a comparison with the original. Every stage is a training run in a folder of its
/// own, which can be interrupted and resumed; the result appears as <c>best/</c> when all is done, so that the output folder is a model.
/// </summary>
public sealed class LinearizingRun
{
    private const string TransferRecipe = "linearize-transfer", LoraRecipe = "linearize-lora";
    private readonly LinearizingOptions _options;
    private readonly LanguageModel _source;
    private readonly LanguageModelRecipe _transfer, _lora;
    private readonly string _start, _transferred, _adapted;
    private long _transferParameters, _loraParameters;
    private bool _isFresh;

    private LinearizingRun(LinearizingOptions options)
    {
        _options = options;
        _source = LanguageModel.Load(options.Source);
        _source.RequireFloats(options.Source, "linearised");
        _transfer = Adjust(options.Transfer ?? (LanguageModelRecipe)Recipe.Builtin(TransferRecipe));
        _lora = Adjust(options.Lora ?? (LanguageModelRecipe)Recipe.Builtin(LoraRecipe));
        if (_transfer.Training.Stage != TrainingStage.Transfer)
        {
            throw new InputException("The recipe of the stage transfer needs training.stage to be 'transfer'.");
        }

        LoraConfig lora = _lora.Model.Lora ?? throw new InputException("The recipe of the stage lora needs model.lora.");
        _lora.Model.Lora = options.Rank is { } rank ? lora with { Rank = rank, Alpha = lora.Alpha / lora.Rank * rank } : lora;
        (_source.Network.Config with { Lora = _lora.Model.Lora }).Validate("the stage lora");
        (_start, _transferred, _adapted) = (In("start"), In("transfer"), In("lora"));
    }

    /// <summary>Where the linearised model appears.</summary>
    public string Result => In(CheckpointFolder.Best);

    /// <summary>Checks the options and converts the model; with <see cref="LinearizingOptions.Resume"/> it was converted before.</summary>
    /// <param name="options">What to make, and how.</param>
    /// <exception cref="InputException">Source, options or output folder cannot be used.</exception>
    public static LinearizingRun Prepare(LinearizingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LinearizingRun run = new(options);
        run.Convert();
        return run;
    }

    /// <summary>The stage transfer, ready to run.</summary>
    /// <exception cref="InputException">The text cannot be used, or the folder holds another run.</exception>
    public TrainingRun PrepareTransfer()
    {
        try
        {
            TrainingRun run = TrainingRun.Prepare(_transfer, Options(_start, _transferred, _options.TransferSteps, TransferRecipe));
            _transferParameters = run.TrainedParameters;
            return run;
        }
        catch (InputException) when (_isFresh)
        {
            // Nothing was trained: the corrected command finds the place as it was.
            Directory.Delete(_start, recursive: true);
            if (!Directory.EnumerateFileSystemEntries(_options.Output).Any())
            {
                Directory.Delete(_options.Output);
            }

            throw;
        }
    }

    /// <summary>The stage lora, ready to run, once the stage transfer is complete.</summary>
    /// <exception cref="InputException">The text cannot be used, or the folder holds another run.</exception>
    public TrainingRun PrepareLora()
    {
        TrainingRun run = TrainingRun.Prepare(_lora, Options(_transferred, _adapted, _options.LoraSteps, LoraRecipe));
        if (Directory.Exists(_start))
        {
            Directory.Delete(_start, recursive: true); // The trained copy of it is what counts from here on.
        }

        _loraParameters = run.TrainedParameters;
        return run;
    }

    /// <summary>Merges the updates, writes the model, and compares it with the original, once both stages are complete.</summary>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>; <see cref="Prepare"/> resumes.</param>
    /// <exception cref="InputException">A folder cannot be read or written.</exception>
    public LinearizingResult Finish(CancellationToken cancellation = default)
    {
        using OutputLock held = TrainingFolder.Lock(_options.Output);
        LanguageModel transferred = LanguageModel.Load(_transferred), model = LanguageModel.Load(_adapted);
        model.MergeAdapter();
        TrainingData data = TrainingData.Load(_transfer, _options.Data, _source.Tokenizer, _source.ChatTemplate);
        (double? original, double? middle, double? last) = (Loss(_source), Loss(transferred), Loss(model));
        IReadOnlyList<LayerError>? layers = data.Validation is { } stream
            ? TransferEvaluator.Evaluate(transferred.Network, stream, _transfer.Training.Context, new(), cancellation).Layers
            : null;
        IReadOnlyList<GenerationMeasurement> before = GenerationBenchmark.Run(_source.Network.Config, _options.Lengths),
            after = GenerationBenchmark.Run(model.Network.Config, _options.Lengths);
        cancellation.ThrowIfCancellationRequested();
        CheckpointFolder.Write(Result, folder =>
        {
            model.WriteFiles(folder);
            if (layers is not null)
            {
                RecordedReport.Write([new TransferReport(layers)], Path.Combine(folder, CheckpointFolder.MetricsFile));
            }
        });
        return new LinearizingResult(
            model, original, middle, last, layers, _transferParameters, _loraParameters, before, after);

        double? Loss(LanguageModel scored)
        {
            if (data.Validation is not { } text)
            {
                return null;
            }

            (double nll, long tokens) = LanguageModelEvaluator.Evaluate(
                scored.Network, text, _transfer.Training.Context, cancellation: cancellation);
            return nll / tokens;
        }
    }

    private void Convert()
    {
        ConvertedNetwork converted = Linearization.Convert(_source.Network, _options.Linearization);
        LanguageModelConfig config = converted.Model.Config;
        int context = _transfer.Training.Context;
        if (config.Lolcats!.IsSoftmaxWithin(context))
        {
            throw new InputException(
                $"Windows of {config.Lolcats.WindowSize} positions reach over all of the {context} tokens that the model is trained and "
                + "compared on, so that no feature map would be used; give longer texts (--context) or a shorter window (--window-size).");
        }

        string? earlier = _options.Resume ? TrainingFolder.FindLast(_transferred) ?? (Directory.Exists(_start) ? _start : null) : null;
        if (earlier is not null)
        {
            LanguageModelConfig found = LanguageModel.ReadDescription(earlier).Model;
            if (found.Lolcats != config.Lolcats || !(found.SoftmaxLayers ?? []).SequenceEqual(config.SoftmaxLayers ?? []))
            {
                throw new InputException(
                    $"'{_options.Output}' was begun with another map, window or choice of layers; it can only be resumed with the same ones.");
            }

            RequireSource(Path.Combine(earlier, CheckpointFolder.ModelFile));
            return;
        }

        // Killed while it wrote the start, it has nothing to go on from, and nothing that hinders.
        CheckpointFolder.DeleteLeftovers(_start);
        CheckpointFolder.RequireFree(_options.Output);
        new LanguageModel(converted.Model, _source.Tokenizer, _source.Description with { Model = config })
        {
            ChatTemplate = _source.ChatTemplate,
        }.SaveNew(_start);
        _isFresh = true;
    }

    // No weight of the source is changed by the stage transfer.
    private void RequireSource(string file) => ModuleWeights.Restore(file, read =>
    {
        foreach (NamedParameter named in _source.Network.Parameters())
        {
            if (read(named.Name) is not { } found || !found.ToArray().AsSpan().SequenceEqual(named.Parameter.ToArray()))
            {
                throw new InputException($"'{_options.Output}' was begun with another model than '{_options.Source}'.");
            }
        }
    });

    private TrainingOptions Options(string init, string output, long? steps, string recipe) => new()
    {
        RecipeName = recipe,
        Init = init,
        Output = output,
        Data = _options.Data,
        Steps = steps,
        Seed = _options.Seed,
        Resume = _options.Resume,
    };

    // Without a length of the user's, what the model can read.
    private LanguageModelRecipe Adjust(LanguageModelRecipe recipe) => recipe with
    {
        Model = recipe.Model with { },
        Training = recipe.Training with
        {
            Context = _options.Context ?? Math.Min(recipe.Training.Context, _source.Network.Config.PositionLimit),
            Batch = _options.Batch ?? recipe.Training.Batch,
            Precision = _options.Precision ?? recipe.Training.Precision,
        },
    };

    private string In(string name) => Path.Combine(_options.Output, name);
}
