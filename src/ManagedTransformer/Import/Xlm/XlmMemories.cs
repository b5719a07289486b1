using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.Xlm;

/// <summary>The product-key memories of an XLM: where they stand, their sizes, and which parameter gets which tensor.</summary>
internal sealed class XlmMemories
{
    private readonly ImportSource _source;
    private readonly WeightPlan _plan;
    private readonly float _temperature;

    /// <summary>The memories of a checkpoint.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="settings">Its hyper-parameters.</param>
    /// <param name="plan">Gets the rules.</param>
    /// <param name="dim">Width of the model.</param>
    /// <param name="layers">Number of layers.</param>
    /// <exception cref="InputException">A setting that cannot be represented.</exception>
    public XlmMemories(ImportSource source, ForeignSettings settings, WeightPlan plan, int dim, int layers)
    {
        (_source, _plan) = (source, plan);
        Positions = settings.Flag("use_memory") ? ReadPositions(source, settings, layers) : [];
        Config = Positions.Count == 0 ? new ProductKeyMemoryConfig() : ReadConfig(settings, dim);
        _temperature = (float)(settings.Number("mem_temperature") ?? 1);
        if (Positions.Count > 0 && !(_temperature > 0))
        {
            throw settings.Unsupported("mem_temperature");
        }
    }

    /// <summary>Where memories stand, as a model's configuration names it.</summary>
    public IReadOnlyList<string> Positions { get; }

    /// <summary>Their sizes.</summary>
    public ProductKeyMemoryConfig Config { get; private set; }

    /// <summary>Adds the rules of all memories.</summary>
    /// <exception cref="InputException">Memories differ from one another.</exception>
    public void Map()
    {
        for (int i = 0; i < Positions.Count; i++)
        {
            string ours = Ours(i), theirs = Theirs(i);
            MapKeys(ours, theirs);
            if (i == 0 || !Config.ShareValues)
            {
                _plan.Copy($"{ours}.values.weight", $"{theirs}.values.weight");
            }
            else
            {
                _plan.State.Use($"{theirs}.values.weight");
            }

            MapQuery(ours, $"{theirs}.query_proj.query_mlps.");
        }
    }

    private string Layer(int memory) => Positions[memory].TrimEnd('+');

    private bool IsAfter(int memory) => Positions[memory].EndsWith('+');

    private string Ours(int memory) => $"layers.{Layer(memory)}.{(IsAfter(memory) ? "memory_after" : "memory")}";

    private string Theirs(int memory) => $"memories.{Layer(memory)}_{(IsAfter(memory) ? "after" : "in")}";

    private static List<string> ReadPositions(ImportSource source, ForeignSettings settings, int layers)
    {
        List<(int Layer, bool IsAfter)> positions = [];
        foreach (PickleValue item in (settings.Find("mem_enc_positions") as PickleSequence)?.Items ?? [])
        {
            if (item is not PickleSequence { Items: [PickleAtom { Value: long layer }, PickleAtom { Value: "in" or "after" } place] }
                || layer < 0 || layer >= layers || positions.Contains(((int)layer, (string)place.Value! == "after")))
            {
                throw source.Refuse($"its setting mem_enc_positions is no list of layers below {layers} with 'in' or 'after', each once");
            }

            positions.Add(((int)layer, (string)place.Value! == "after"));
        }

        // In the order of the forward pass, whose first memory owns values that are shared.
        return [.. positions.Order().Select(position => $"{position.Layer}{(position.IsAfter ? "+" : "")}")];
    }

    private ProductKeyMemoryConfig ReadConfig(ForeignSettings settings, int dim)
    {
        StateDictionary state = _plan.State;
        if (settings.Integer("mem_v_dim") is { } width && width != -1 && width != dim)
        {
            throw settings.Unsupported("mem_v_dim");
        }

        IReadOnlyList<int> sizes = settings.List("mem_query_layer_sizes") ?? [];
        if (sizes.Count < 2 || (long)sizes.Count * Positions.Count > state.Names.Count)
        {
            throw settings.Unsupported("mem_query_layer_sizes");
        }

        string keys = $"{Theirs(0)}.keys";
        TorchTensor tensor = state.Get(keys) ?? throw _source.Refuse($"the tensor '{keys}' is missing");
        int heads = settings.Integer("mem_heads") ?? 1, keyDim = settings.Integer("mem_k_dim") ?? 0;
        bool isFlat = IsFlat(tensor, keyDim, settings);
        bool isShared = Positions.Count > 1 && settings.Flag("mem_share_values");
        if (isShared && Enumerable.Range(1, Positions.Count - 1).Any(i =>
            !state.AreEqual($"{Theirs(0)}.values.weight", $"{Theirs(i)}.values.weight")))
        {
            throw _source.Refuse("its setting mem_share_values is true, and its memories have different values");
        }

        return new ProductKeyMemoryConfig
        {
            Heads = heads,
            NKeys = tensor.Sizes[^2] is > 0 and <= int.MaxValue and long count ? (int)count : throw Unfit(keys, tensor),
            KeyDim = keyDim,
            TopK = settings.Integer("mem_knn") ?? 0,
            BatchNorm = settings.Flag("mem_query_batchnorm"),
            QueryBias = settings.Flag("mem_query_bias", absent: true),
            QueryHidden = [.. sizes.Skip(1).SkipLast(1)],
            FlatKeys = isFlat,
            SharedKeys = isFlat && tensor.Sizes.Count == 2,
            ShareValues = isShared,
            InputDropout = settings.Rate("mem_input_dropout"),
            QueryDropout = settings.Rate("mem_query_dropout"),
            ValueDropout = settings.Rate("mem_value_dropout"),
        };
    }

    private bool IsFlat(TorchTensor keys, int keyDim, ForeignSettings settings)
    {
        if (keys.Sizes.Count is < 2 or > 4)
        {
            throw Unfit($"{Theirs(0)}.keys", keys);
        }

        bool isFlat = keys.Sizes.Count != 4 && keys.Sizes[^1] == keyDim
            && (settings.Find("mem_product_quantization") is null || !settings.Flag("mem_product_quantization"));
        long width = isFlat ? keyDim : keyDim / 2;
        return keys.Sizes[^1] == width ? isFlat : throw Unfit($"{Theirs(0)}.keys", keys);
    }

    // One set of half keys serves all heads and both halves.
    private void MapKeys(string ours, string theirs)
    {
        long heads = Config.Heads, count = Config.NKeys, half = Config.KeyDim / 2;
        long[] shape = !Config.FlatKeys ? [heads, 2, count, half]
            : Config.SharedKeys ? [count, Config.KeyDim] : [heads, count, Config.KeyDim];
        _plan.Add($"{ours}.keys.weight", $"{theirs}.keys",
            given => WeightPlan.Count(given) == WeightPlan.Count(shape) || (!Config.FlatKeys && given.SequenceEqual([count, half]))
                ? shape
                : null,
            (values, _) =>
            {
                long whole = WeightPlan.Count(shape);
                float[] keys = new float[whole];
                for (long i = 0; i < whole; i++)
                {
                    keys[i] = values[i % values.Length] / _temperature;
                }

                return keys;
            });
    }

    // Linear maps, each followed by a batch norm where there are some, with ReLU in between: three or two steps.
    private void MapQuery(string ours, string theirs)
    {
        int maps = Config.QueryHidden.Length + 1, step = Config.BatchNorm ? 3 : 2;
        for (int m = 0; m < maps; m++)
        {
            string number = maps == 1 ? "" : $".{m}";
            _plan.Copy($"{ours}.query{number}.weight", $"{theirs}{m * step}.weight");
            if (Config.QueryBias)
            {
                _plan.Copy($"{ours}.query{number}.bias", $"{theirs}{m * step}.bias");
            }

            if (Config.BatchNorm)
            {
                string norm = $"{ours}.query_norm{number}";
                _plan.CopyBoth(norm, $"{theirs}{(m * step) + 1}");
                _plan.Copy($"{norm}.running_mean", $"{theirs}{(m * step) + 1}.running_mean");
                _plan.Copy($"{norm}.running_var", $"{theirs}{(m * step) + 1}.running_var");
            }
        }
    }

    private InputException Unfit(string name, TorchTensor tensor) =>
        _source.Refuse($"the tensor '{name}' has the shape {tensor.Shape()}, which does not fit its settings mem_k_dim and mem_n_keys");
}
