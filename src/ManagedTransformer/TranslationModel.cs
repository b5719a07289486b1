using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.Adapters;
using ManagedTransformer.Files;
using ManagedTransformer.Generation;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer;

/// <summary>
/// A translation model ready to use: network, tokenizers and description, as a model folder holds them.
/// Translations may run on several threads at once.
/// </summary>
public sealed class TranslationModel : TrainedModel
{
    // Batches whose sentences are sorted by length together, so that little padding is computed.
    private const int BatchesPerWindow = 8;

    /// <summary>Puts a model together.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Tokenizer of the source language.</param>
    /// <param name="target">Tokenizer of the target language;
    /// the same object where the languages share it.</param>
    /// <param name="description">What <c>config.json</c> says.</param>
    /// <exception cref="InputException">A tokenizer has another number of ids than the network.</exception>
    public TranslationModel(EncoderDecoderModel network, SentenceTokenizer source, SentenceTokenizer target,
        TranslationDescription description)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(description);
        (Network, Source, Target, Description) = (network, source, target, description);
        RequireArchitecture(description.Architecture, Recipe.TransformerTranslation);
        RequireSize("source", source, network.Config.SrcVocab);
        RequireSize("target", target, network.Config.Vocab);
    }

    /// <summary>The network.</summary>
    public EncoderDecoderModel Network { get; }

    /// <summary>Sentences of the source language to tokens.</summary>
    public SentenceTokenizer Source { get; }

    /// <summary>Sentences of the target language to tokens and back.</summary>
    public SentenceTokenizer Target { get; }

    /// <summary>What the model folder says about the model.</summary>
    public TranslationDescription Description { get; private set; }

    /// <inheritdoc/>
    public override LoraConfig? Lora => Network.Config.Lora;

    internal override Module Module => Network;

    internal override JsonNode Configuration =>
        JsonSerializer.SerializeToNode(Description, DescriptionJson.Default.TranslationDescription)!["model"]!;

    internal override AdapterNames AdapterNames => AdapterNames.Translation;

    /// <summary>Loads a model.</summary>
    /// <param name="path">A checkpoint folder, the output folder of a training run (its best checkpoint is taken, or else its last), or an
    /// adapter that says where its model is.</param>
    /// <param name="adapter">An adapter to set beside its maps, or the model of the adapter that the folder is; null for neither.</param>
    /// <exception cref="InputException">Missing, damaged or mismatched files, or a model of another kind.</exception>
    public static TranslationModel Load(string path, AdapterOptions? adapter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load(path, WeightScope.Current, adapter, Read);
    }

    /// <summary>The description in a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">Missing or malformed, or that of a model of another kind.</exception>
    public static TranslationDescription ReadDescription(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        byte[] utf8 = Utf8File.Read(path);
        if (JsonDocuments.Architecture(utf8) is { } architecture && architecture != Recipe.TransformerTranslation)
        {
            throw new InputException(
                $"{path}: architecture is '{architecture}', which does not translate; a translation model has "
                + $"'{Recipe.TransformerTranslation}'.");
        }

        TranslationDescription description = JsonDocuments.Read(path, utf8, DescriptionJson.Default.TranslationDescription);
        JsonDocuments.Check(path, utf8, description.Model.Validate);
        return description;
    }

    /// <summary>Translates a sentence.</summary>
    /// <param name="sentence">One sentence.</param>
    /// <param name="options">Search and so on; default: beam 5.</param>
    /// <exception cref="InputException">The sentence is longer than the model reads, has a character that the vocabulary lacks, or an
    /// option is out of its range.</exception>
    public string Translate(string sentence, TranslationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        return Translate([sentence], options).Single().Text;
    }

    /// <summary>Translates sentences in their order, as they are asked for. An empty sentence has an empty translation.</summary>
    /// <param name="sentences">One sentence each; they are read some batches ahead.</param>
    /// <param name="options">Search and so on; default: beam 5.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">An option is out of its range; while translating: a sentence is longer than the model reads, where
    /// that is refused (<see cref="TranslationOptions.TooLong"/>), or has a character that the vocabulary lacks. The message counts the
    /// sentences as lines, from 1; those before it have been translated.</exception>
    public IEnumerable<Translation> Translate(IEnumerable<string> sentences, TranslationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return TranslateNamed(sentences, null, options, cancellation);
    }

    /// <summary>Translates the lines of a stream as they come, in their order.</summary>
    /// <param name="lines">A text in UTF-8, see <see cref="Utf8Text"/>.</param>
    /// <param name="name">What messages call it, for instance <c>standard input</c>.</param>
    /// <param name="options">Search and so on; default: beam 5.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">A line is not UTF-8; otherwise as for
    /// <see cref="Translate(IEnumerable{string}, TranslationOptions, CancellationToken)"/>.</exception>
    public IEnumerable<Translation> TranslateStream(
        Stream lines, string name, TranslationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(name);
        return TranslateNamed(Utf8Text.ReadLines(lines, name), name, options, cancellation);
    }

    /// <summary>Translates the lines of a file.</summary>
    /// <param name="path">A text in UTF-8, or a <c>.gz</c> of one.</param>
    /// <param name="options">Search and so on; default: beam 5.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">At once: the file is missing or not UTF-8, a line is longer than the model reads, where that is
    /// refused, or has a character that the vocabulary lacks, or an option is out of its range.</exception>
    public IEnumerable<Translation> TranslateFile(string path, TranslationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<string> lines = TextLines.Read(path);
        string name = $"'{path}'";
        if (options is null or { TooLong: TooLongSentences.Error })
        {
            // Found out before hours of work instead of behind them.
            for (int i = 0; i < lines.Count; i++)
            {
                ReadSource(lines[i], $"Line {i + 1} of {name}", TooLongSentences.Error, null);
            }
        }

        return TranslateNamed(lines, name, options, cancellation);
    }

    /// <summary>Translates sentences in their order, as they are asked for, on another thread.</summary>
    /// <param name="sentences">One sentence each; they are read some batches ahead.</param>
    /// <param name="options">Search and so on; default: beam 5.</param>
    /// <param name="cancellation">Ends the translation.</param>
    /// <exception cref="InputException">As for
    /// <see cref="Translate(IEnumerable{string}, TranslationOptions, CancellationToken)"/>.</exception>
    public async IAsyncEnumerable<Translation> TranslateAsync(
        IEnumerable<string> sentences, TranslationOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using IEnumerator<Translation> translations = Translate(sentences, options, cancellation).GetEnumerator();
        while (await Task.Run(translations.MoveNext, cancellation).ConfigureAwait(false))
        {
            yield return translations.Current;
        }
    }

    /// <summary>The ids of a source sentence; none for an empty one, and null for one that is longer than the model reads.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <param name="rule">What happens to one that is too long.</param>
    /// <param name="observer">Told what happens to it; null for nobody.</param>
    /// <exception cref="InputException">It is too long and refused, or it cannot be tokenized.</exception>
    internal int[]? ReadSource(string sentence, string place, TooLongSentences rule, Action<string>? observer)
    {
        if (sentence is null)
        {
            throw new ArgumentException($"{place} is null; an empty sentence has an empty translation.");
        }

        Utf8Text.RequireWhole(sentence, place);
        int[] ids;
        try
        {
            ids = Source.Encode(sentence.Trim());
        }
        catch (InputException e)
        {
            throw new InputException($"{place}: {e.Message}", e);
        }

        SentenceLimit limit = SentenceLimit.Of(Network.Config);
        if (limit.Fits(ids.Length))
        {
            return ids;
        }

        string message = limit.Treat(ids.Length, place, rule);
        observer?.Invoke(message);
        return null;
    }

    internal override void WriteFiles(string folder)
    {
        AdapterBase? home = Home;
        AtomicFile.Write(Path.Combine(folder, CheckpointFolder.ConfigFile),
            JsonDocuments.Write(Description with { Base = home }, DescriptionJson.Default.TranslationDescription));
        WriteWeights(folder, home);
        if (ReferenceEquals(Source, Target))
        {
            Source.Tokenizer.Save(Path.Combine(folder, CheckpointFolder.TokenizerFile));
            return;
        }

        Source.Tokenizer.Save(Path.Combine(folder, CheckpointFolder.SourceTokenizerFile));
        Target.Tokenizer.Save(Path.Combine(folder, CheckpointFolder.TargetTokenizerFile));
    }

    internal override void Attach(LoraConfig lora, RandomSource random)
    {
        Network.Attach(lora, random);
        Description = Description with { Model = Network.Config };
    }

    internal static (SentenceTokenizer Source, SentenceTokenizer Target) ReadTokenizers(string folder, bool lowercase)
    {
        string joint = Path.Combine(folder, CheckpointFolder.TokenizerFile);
        if (File.Exists(joint))
        {
            SentenceTokenizer tokenizer = new(Tokenizer.Load(joint), lowercase);
            return (tokenizer, tokenizer);
        }

        return (Read(CheckpointFolder.SourceTokenizerFile), Read(CheckpointFolder.TargetTokenizerFile));

        SentenceTokenizer Read(string name) => new(Tokenizer.Load(Path.Combine(folder, name)), lowercase);
    }

    private protected override void Merge()
    {
        Network.MergeAdapters();
        Description = Description with { Model = Network.Config, Base = null };
    }

    private static TranslationModel Read(string path, string? home)
    {
        if (HuggingFaceConfig.ModelType(path) is { } type)
        {
            throw new InputException($"'{path}' is a language model of the type {type}, which does not translate.");
        }

        string folder = CheckpointFolder.Resolve(path);
        if (AdapterFolder.IsOne(folder))
        {
            return ReadAdapter(folder, home);
        }

        AdapterFolder.RequireNoBase(path, home);
        TranslationModel model = CheckpointFolder.Read(folder, ReadFolder);
        model.Folder = model.Lora is null ? Path.GetFullPath(path) : null;
        return model;
    }

    private static TranslationModel ReadAdapter(string folder, string? home)
    {
        AdapterFolder.Open(folder);
        string path = AdapterFolder.FindBase(folder, home);
        TranslationModel model = Read(path, null);
        AdapterFolder.RequireWhole(path, model.Lora);
        if (!AdapterFolder.IsOwn(folder))
        {
            model.LoadAdapter(folder);
            return model;
        }

        TranslationDescription description = ReadDescription(folder);
        model.Description = description with { Model = model.Network.Config };
        model.TakeAdapter(folder, AdapterFolder.RequireLora(folder, description.Model.Lora));
        return model;
    }

    private static TranslationModel ReadFolder(string folder)
    {
        TranslationDescription description = ReadDescription(folder);
        (SentenceTokenizer source, SentenceTokenizer target) = ReadTokenizers(folder, description.Lowercase);
        string weights = Path.Combine(folder, CheckpointFolder.ModelFile);
        ModuleWeights.RequireMatch(description.Model.Shapes(), weights);
        EncoderDecoderModel network = Initialization.Skip(() => new EncoderDecoderModel(description.Model, new RandomSource(0)));
        TranslationModel model = new(network, source, target, description);
        ModuleWeights.Load(model.Network, weights);
        return model;
    }

    private IEnumerable<Translation> TranslateNamed(
        IEnumerable<string> sentences, string? name, TranslationOptions? options, CancellationToken cancellation)
    {
        options ??= new TranslationOptions();
        options.Validate();
        return TranslateInWindows(sentences, name is null ? "" : $" of {name}", options, ReadPrefix(options.Prefix), cancellation);
    }

    private IEnumerable<Translation> TranslateInWindows(
        IEnumerable<string> sentences, string of, TranslationOptions options, int[] prefix, CancellationToken cancellation)
    {
        long line = 0;
        using IEnumerator<string> lines = sentences.GetEnumerator();
        InputException? refused = null;
        for (bool isOver = false; !isOver;)
        {
            List<(string Sentence, int[]? Ids)> window = [];
            int size = options.Batch == 1 ? 1 : (int)Math.Min((long)options.Batch * BatchesPerWindow, int.MaxValue);
            while (!isOver && window.Count < size)
            {
                try
                {
                    isOver = !lines.MoveNext();
                    if (!isOver && ReadSource(lines.Current, $"Line {++line}{of}", options.TooLong, options.Observer) is var ids
                        && (ids is not null || options.TooLong == TooLongSentences.Empty))
                    {
                        window.Add((lines.Current, ids));
                    }
                }
                catch (InputException e)
                {
                    // What was read before it is translated first.
                    (refused, isOver) = (e, true);
                }
            }

            int[][] sources = [.. window.Where(entry => entry.Ids is { Length: > 0 }).Select(entry => entry.Ids!)];
            Queue<IReadOnlyList<Hypothesis>> found = new(
                BatchedSearch.Run(Network, sources, options.Search, options.Batch, prefix, options.Exits, cancellation));
            foreach ((string sentence, int[]? ids) in window)
            {
                IReadOnlyList<Hypothesis> hypotheses = ids is { Length: > 0 } ? found.Dequeue() : [];
                TranslationCandidate[] best =
                [
                    .. hypotheses.Take(options.NBest)
                        .Select(hypothesis => new TranslationCandidate(Target.Decode(hypothesis.Tokens), hypothesis)),
                ];
                yield return new Translation(sentence, best.Length > 0 ? best[0].Text : "", best.Length > 0 ? best[0].Hypothesis : null)
                {
                    IsTooLong = ids is null,
                    NBest = best,
                };
            }
        }

        if (refused is not null)
        {
            throw new InputException(refused.Message, refused);
        }
    }

    private int[] ReadPrefix(string prefix)
    {
        int[] ids = Target.Encode(prefix);

        // The end takes a position, too.
        return ids.Length < Network.Config.MaxPositions ? ids : throw new InputException(
            $"TranslationOptions.Prefix has {ids.Length} tokens, and the model writes at most {Network.Config.MaxPositions - 1} before the "
            + "end (model.max_positions).");
    }

    private static void RequireSize(string side, SentenceTokenizer tokenizer, int vocabulary)
    {
        if (tokenizer.VocabularySize != vocabulary)
        {
            throw new InputException(
                $"The {side} tokenizer has {tokenizer.VocabularySize} ids, special ones included, and the model {vocabulary}.");
        }
    }
}
