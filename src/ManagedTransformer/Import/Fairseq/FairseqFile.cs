using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>A checkpoint of fairseq or of one of its forks: settings in <c>args</c> or <c>cfg</c>, tensors in <c>model</c>.</summary>
internal sealed class FairseqFile
{
    /// <summary>The padding id of all dictionaries.</summary>
    public const int Padding = 1;

    private const int MostPositions = 1 << 20;

    private static readonly string[] _otherArchitectures =
        ["conv", "lstm", "roberta", "bart", "multilingual", "moe", "from_pretrained", "align", "pointer", "levenshtein", "wav2vec"];

    private static readonly string[] _otherSettings =
    [
        "character_embeddings", "no_cross_attention", "cross_self_attention", "scale_fc", "scale_attn", "scale_heads", "scale_resids",
        "use_fused_moe", "layer_wise_attention", "normformer",
    ];

    /// <summary>Opens the parts of a checkpoint.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="architecture">What the name of the architecture begins with.</param>
    /// <exception cref="InputException">A part is missing, or the architecture is another one.</exception>
    public FairseqFile(ImportSource source, string architecture)
    {
        Source = source;
        PickleDictionary root = source.RootDictionary();
        Settings = new ForeignSettings(source, ReadSettings(source, root));
        if (root.Get("shard_metadata") is not null)
        {
            throw source.Refuse("it is one of several shards ('shard_metadata'), which are not supported");
        }

        State = StateDictionary.From(source, root.Get("model"), "dictionary 'model'");
        if (source.Options.Ema)
        {
            State.Replace(StateDictionary.From(
                source, (root.Get("extra_state") as PickleDictionary)?.Get("ema"), "dictionary 'extra_state.ema'"));
        }

        Architecture = Settings.Text("arch") ?? Settings.Text("_name");
        if (Architecture is not null && (!Architecture.StartsWith(architecture, StringComparison.Ordinal)
            || _otherArchitectures.Any(other => Architecture.Contains(other, StringComparison.Ordinal))))
        {
            throw source.Refuse($"its architecture is '{PickleText.Quote(Architecture)}'; supported are those that begin with "
                + $"'{architecture}' and consist of attention and feed-forward layers");
        }

        Settings.RefuseFlags(_otherSettings);
        Plan = new WeightPlan(State, source.Options.Renames);
        State.Ignore(name => name.EndsWith("._float_tensor", StringComparison.Ordinal)
            || name.EndsWith("embed_positions.weights", StringComparison.Ordinal)
            || name is "encoder.version" or "decoder.version" or "decoder.adaptive_softmax.version");
        if (State.Names.FirstOrDefault(name => name.Contains("weight_quantizer", StringComparison.Ordinal)) is { } quantized)
        {
            throw source.Refuse($"its weights are quantised ('{quantized}')");
        }

        if (State.Names.FirstOrDefault(name => name.EndsWith(".bias_k", StringComparison.Ordinal)
            || name.EndsWith(".bias_v", StringComparison.Ordinal)) is { } bias)
        {
            throw source.Refuse($"its attention has keys and values of its own ('{bias}'), which cannot be represented");
        }
    }

    /// <summary>The file.</summary>
    public ImportSource Source { get; }

    /// <summary>The settings of the model, then those of the task.</summary>
    public ForeignSettings Settings { get; }

    /// <summary>The tensors.</summary>
    public StateDictionary State { get; }

    /// <summary>Which parameter gets which tensor.</summary>
    public WeightPlan Plan { get; }

    /// <summary>The name of the architecture; null where the file has none.</summary>
    public string? Architecture { get; }

    /// <summary>Whether it translates.</summary>
    public bool HasEncoder => State.Names.Any(name => name.StartsWith("encoder.", StringComparison.Ordinal) && name != "encoder.version");

    /// <summary>The numbers of a side's layers as the file has them; pruned models have gaps.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public List<int> Layers(string side)
    {
        List<int> layers = State.Numbers($"{side}.layers.");
        _ = layers.Count > 0 ? Source.RequireLayers(layers.Count) : throw Source.Refuse($"it has no tensors '{side}.layers.0...'");
        return layers;
    }

    /// <summary>Number of heads of a side.</summary>
    /// <exception cref="InputException">It is not positive.</exception>
    public int Heads(string side)
    {
        string name = $"{side}_attention_heads";
        int heads = Settings.Integer(name) ?? DefaultHeads();
        return heads > 0 ? heads : throw Settings.Unsupported(name);
    }

    /// <summary>The activation of feed-forward layers.</summary>
    /// <exception cref="InputException">It is another one than ReLU, GELU and swish.</exception>
    public Activation Activation() => Settings.Text("activation_fn") switch
    {
        null => Architecture?.Contains("gpt", StringComparison.Ordinal) == true ? Tensors.Activation.Gelu : Tensors.Activation.Relu,
        "relu" => Tensors.Activation.Relu,
        "gelu" => Tensors.Activation.Gelu,
        "gelu_accurate" or "gelu_fast" => Tensors.Activation.GeluTanh,
        "swish" => Tensors.Activation.Silu,
        "linear" => Tensors.Activation.None,
        _ => throw Settings.Unsupported("activation_fn"),
    };

    /// <summary>A number of positions.</summary>
    /// <exception cref="InputException">It is not positive, or very large.</exception>
    public int PositionLimit(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Settings.Integer(name) is { } value)
            {
                return value is > 0 and <= MostPositions ? value : throw Settings.Unsupported(name);
            }
        }

        return 1024;
    }

    /// <summary>The version of a side's layout, 1 where the file has none.</summary>
    public float Version(string side)
    {
        string name = $"{side}.version";
        return State.Get(name) is { Count: 1 } tensor && tensor.Type.IsFloat() ? TensorReader.Floats(tensor, name)[0] : 1;
    }

    private int DefaultHeads() => Architecture switch
    {
        { } name when name.Contains("iwslt", StringComparison.Ordinal) => 4,
        { } name when name.Contains("gpt", StringComparison.Ordinal) => 12,
        { } name when name.Contains("big", StringComparison.Ordinal) || name.Contains("gbw", StringComparison.Ordinal) => 16,
        _ => 8,
    };

    private static PickleDictionary[] ReadSettings(ImportSource source, PickleDictionary root)
    {
        if (ForeignSettings.Of(root.Get("args")) is { } args)
        {
            return [args];
        }

        PickleDictionary? cfg = ForeignSettings.Of(root.Get("cfg"));
        return ForeignSettings.Of(cfg?.Get("model")) is { } model
            ? ForeignSettings.Of(cfg!.Get("task")) is { } task ? [model, task] : [model]
            : throw source.Refuse("it has neither 'args' nor 'cfg' with 'model', the hyper-parameters of fairseq");
    }
}
