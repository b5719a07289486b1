using System.CommandLine;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Import;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Imports;

/// <summary>The options of <c>mt convert --from</c>: whose checkpoint it is, and what the checkpoint does not say about itself.</summary>
internal sealed class ImportOptionSet
{
    private readonly Option<string?> _data = Text("data",
        "Folder with train.txt (adaptive-span, all-attention), dict.txt or dict.LANGUAGE.txt (fairseq, delight, t2r): the vocabulary.",
        "DIR");

    private readonly Option<string?> _vocabulary = Text("vocab",
        "File with the vocabulary, one token a line (adaptive-span, all-attention, fast-transformers).", "FILE");

    private readonly Option<string?> _sourceDictionary = Text("source-dict",
        "Dictionary of the source language (fairseq, delight, t2r).", "FILE");

    private readonly Option<string?> _targetDictionary = Text("target-dict",
        "Dictionary of the target language, or of a language model (fairseq, delight, t2r).", "FILE");

    private readonly Option<int?> _ramp = CommonOptions.Positive("--ramp",
        "Length of the soft mask's ramp, in tokens (adaptive-span, all-attention; default: 32).");

    private readonly Option<string?> _language = Text("language", "Which language a model of several is to speak (xlm).", "NAME");

    private readonly Option<int?> _heads = CommonOptions.Positive("--heads", "Number of heads (fast-transformers).");

    private readonly Option<string?> _attention = Choice("attention", "How the model attends (fast-transformers; default: elu).",
        "elu", "favor", "softmax");

    private readonly Option<string?> _activation = Choice("activation",
        "Activation of the feed-forward layers (fast-transformers; default: relu).", "relu", "gelu");

    private readonly Option<bool> _scaleEmbedding = new("--scale-embedding")
    {
        Description = "Embeddings are multiplied by the root of the width (fast-transformers).",
    };

    private readonly Option<bool> _ema = new("--ema") { Description = "Take the moving averages of the weights (fairseq)." };

    private readonly Option<string?> _config = Text("config",
        "config.json of a model folder that plain tensors are the weights of (plain).", "FILE");

    private readonly Option<string?> _type = Choice("dtype",
        "How weights are written: float32 (default), or bfloat16, matrices of half the size.", "float32", "bfloat16");

    private readonly Option<string[]> _renames = new("--rename")
    {
        Description = "Our name of a tensor and the one it has in the file, in place of the kind's rule; may be repeated.",
        HelpName = "OURS=THEIRS",
    };

    /// <summary><c>--from</c></summary>
    public Option<string?> From { get; } = Choice("from",
        "SOURCE is a file that PyTorch wrote; this says by whose program. Nothing in it is executed.", [.. ModelImport.Kinds.Keys]);

    /// <summary>All of them but <see cref="From"/>.</summary>
    public IEnumerable<Option> Others =>
    [
        _data, _vocabulary, _sourceDictionary, _targetDictionary, _ramp, _language, _heads, _attention, _activation, _scaleEmbedding, _ema,
        _config, _type, _renames,
    ];

    /// <summary>What was given.</summary>
    /// <param name="result">The parsed command line, with <see cref="From"/>.</param>
    /// <exception cref="UsageException">An option that the kind of checkpoint does not take, or a malformed one.</exception>
    public ImportOptions Read(ParseResult result)
    {
        string from = result.GetRequiredValue(From)!;
        (ForeignKind kind, IReadOnlyList<string> taken) = ModelImport.Kinds[from];
        CommonOptions.Refuse(result, $"does not apply to --from {from}",
            Others.Where(option => option != _type && option != _renames && !taken.Contains(option.Name.TrimStart('-'))));
        return new ImportOptions
        {
            From = kind,
            Data = result.GetValue(_data),
            Vocabulary = result.GetValue(_vocabulary),
            SourceDictionary = result.GetValue(_sourceDictionary),
            TargetDictionary = result.GetValue(_targetDictionary),
            Ramp = result.GetValue(_ramp),
            Language = result.GetValue(_language),
            Heads = result.GetValue(_heads),
            Attention = result.GetValue(_attention) is { } attention ? Enum.Parse<ForeignAttention>(attention, ignoreCase: true) : null,
            Activation = result.GetValue(_activation) is { } activation ? Enum.Parse<Activation>(activation, ignoreCase: true) : null,
            ScaleEmbedding = result.GetValue(_scaleEmbedding),
            Ema = result.GetValue(_ema),
            Config = result.GetValue(_config),
            Weights = result.GetValue(_type) == "bfloat16" ? DType.BFloat16 : DType.Float32,
            Renames = Renames(result.GetValue(_renames) ?? []),
        };
    }

    private static Dictionary<string, string> Renames(string[] given)
    {
        Dictionary<string, string> renames = new(StringComparer.Ordinal);
        foreach (string text in given)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == text.Length - 1)
            {
                throw new UsageException($"--rename needs OURS=THEIRS, not '{text}'.");
            }

            if (!renames.TryAdd(text[..equals], text[(equals + 1)..]))
            {
                throw new UsageException($"--rename names '{text[..equals]}' twice.");
            }
        }

        return renames;
    }

    private static Option<string?> Text(string name, string description, string help) =>
        new($"--{name}") { Description = description, HelpName = help };

    private static Option<string?> Choice(string name, string description, params string[] values)
    {
        Option<string?> option = new($"--{name}") { Description = description, HelpName = string.Join('|', values) };
        CommonOptions.AcceptOnly(option, values);
        return option;
    }
}
