using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Import.Fairseq;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Import.Delight;

/// <summary>What language models and translation models of DeLighT share: units, layers and settings.</summary>
/// <param name="file">The checkpoint.</param>
internal sealed class DelightFile(FairseqFile file)
{
    private readonly StateDictionary _state = file.State;
    private readonly WeightPlan _plan = file.Plan;
    private readonly ForeignSettings _settings = file.Settings;

    /// <summary>The checkpoint.</summary>
    public FairseqFile File => file;

    /// <summary>Refuses settings that no configuration has.</summary>
    /// <exception cref="InputException">One of them is on.</exception>
    public void RequireSupported()
    {
        if (_settings.Text("norm_type") is { } norm && norm != "ln")
        {
            throw _settings.Unsupported("norm_type");
        }

        if (_state.Names.FirstOrDefault(name => name.StartsWith("decoder.embed_out", StringComparison.Ordinal)) is { } output)
        {
            throw file.Source.Refuse($"it has a classifier of its own ('{output}'); DeLighT's must be the table of tokens");
        }
    }

    /// <summary>The activation, everywhere.</summary>
    /// <exception cref="InputException">It is another one than swish, GELU and ReLU.</exception>
    public Activation Activation() => _settings.Text("act_type") switch
    {
        null or "swish" => Tensors.Activation.Silu,
        "gelu" => Tensors.Activation.Gelu,
        "relu" => Tensors.Activation.Relu,
        _ => throw _settings.Unsupported("act_type"),
    };

    /// <summary>Inner width of feed-forward layers.</summary>
    /// <param name="side">encoder or decoder.</param>
    public int FeedForward(string side) => _state.Size($"{side}.layers.0.fc1.weights", 2, 0);

    /// <summary>Units and scaling of a side.</summary>
    /// <param name="side">enc or dec.</param>
    /// <exception cref="InputException">A setting is missing or cannot be represented.</exception>
    public DelightConfig Config(string side)
    {
        float embedding = _settings.Rate("delight_emb_dropout"), positions = _settings.Rate("pe_dropout", embedding);
        if (embedding != positions)
        {
            file.Source.Note(
                $"Finetuning uses one dropout on embeddings and positions, {embedding} (the file's pe_dropout is {positions}).");
        }

        int least = Required($"delight_{side}_min_depth");
        bool isUniform = _settings.Text($"delight_{side}_scaling") switch
        {
            null or "block" => false,
            "uniform" => true,
            _ => throw _settings.Unsupported($"delight_{side}_scaling"),
        };
        string most = isUniform ? $"delight_{side}_min_depth" : $"delight_{side}_max_depth";
        int deepest = Required(most), layers = Layers(side == "enc" ? "encoder" : "decoder");
        if ((long)deepest * layers > _state.Names.Count)
        {
            // Every grouped layer has several tensors.
            throw _settings.Unsupported(most);
        }

        return new DelightConfig
        {
            MinDepth = least,
            MaxDepth = deepest,
            WidthMult = _settings.Number($"delight_{side}_width_mult") ?? 2,
            MaxGroups = Required($"delight_{side}_max_groups"),
            Mode = _settings.Flag("define_iclr") ? UnitMode.Define : UnitMode.Dextra,
            Shuffle = _settings.Flag("glt_shuffle"),
            MapDim = Required("delight_emb_map_dim"),
            EmbDepth = Required("delight_emb_depth"),
            EmbWidthMult = _settings.Number("delight_emb_width_mult") ?? 2,
            EmbMaxGroups = Required("delight_emb_max_groups"),
            UnitDropout = _settings.Rate("delight_dropout"),
            SharedDropout = embedding,
        };
    }

    /// <summary>Number of layers; pruned models have gaps, which scaling by depth cannot have.</summary>
    /// <exception cref="InputException">There are none, or some are missing.</exception>
    public int Layers(string side)
    {
        List<int> layers = file.Layers(side);
        return layers[^1] == layers.Count - 1 ? layers.Count : throw file.Source.Refuse(
            $"its layers '{side}.layers' are numbered {string.Join(", ", layers)}; the depth of units needs all of them");
    }

    /// <summary>Adds the rules of a unit.</summary>
    /// <param name="ours">Our name of the unit.</param>
    /// <param name="theirs">Theirs.</param>
    public void MapUnit(string ours, string theirs)
    {
        foreach (string end in (ReadOnlySpan<string>)["input", "output"])
        {
            MapLinear($"{ours}.{end}", $"{theirs}.{end}_layer");
            _plan.CopyBoth($"{ours}.{end}.norm", $"{theirs}.{end}_layer.normalization_fn");
        }

        foreach (int layer in _state.Numbers($"{theirs}.dextra_layers."))
        {
            string glt = $"{ours}.glt.{layer}", their = $"{theirs}.dextra_layers.{layer}";

            // Layers of one group are dense, [out, in]; groups are stored as [g, in, out].
            if (_state.Get($"{their}.weights") is { Sizes.Count: 2 })
            {
                _plan.Add($"{glt}.weight", $"{their}.weights", shape => [1, .. shape], (values, _) => values);
            }
            else
            {
                _plan.SwapLast($"{glt}.weight", $"{their}.weights");
            }

            _plan.Add($"{glt}.bias", $"{their}.bias", shape => [WeightPlan.Count(shape)], (values, _) => values);
            _plan.CopyBoth($"{glt}.norm", $"{their}.normalization_fn");
        }
    }

    /// <summary>Adds the rules of a layer.</summary>
    /// <param name="ours">Our name of the layer.</param>
    /// <param name="theirs">Theirs.</param>
    /// <param name="unit">Their name of the unit in front of its attention.</param>
    /// <param name="hasCross">Whether it attends to a source.</param>
    public void MapLayer(string ours, string theirs, string unit, bool hasCross)
    {
        MapUnit($"{ours}.dextra", $"{theirs}.{unit}");
        MapRows(["query", "key", "value"], $"{ours}.attn", $"{theirs}.self_attn.linear_kqv");
        MapLinear($"{ours}.attn.out", $"{theirs}.self_attn.out_proj");
        _plan.CopyBoth($"{ours}.norm1", $"{theirs}.self_attn_layer_norm");
        if (hasCross)
        {
            MapLinear($"{ours}.cross.query", $"{theirs}.encoder_attn.linear_q");
            MapRows(["key", "value"], $"{ours}.cross", $"{theirs}.encoder_attn.linear_kv");
            MapLinear($"{ours}.cross.out", $"{theirs}.encoder_attn.out_proj");
            _plan.CopyBoth($"{ours}.norm_cross", $"{theirs}.encoder_attn_layer_norm");
        }

        MapLinear($"{ours}.ffn.fc1", $"{theirs}.fc1");
        MapLinear($"{ours}.ffn.fc2", $"{theirs}.fc2");
        _plan.CopyBoth($"{ours}.norm2", $"{theirs}.final_layer_norm");
    }

    /// <summary>Adds the rule of the map from the last states to the width of the table, where there is one.</summary>
    /// <param name="ours">Our name.</param>
    public void MapProjection(string ours)
    {
        if (_state.Has("decoder.project_out_dim.weights"))
        {
            _plan.Copy(ours, "decoder.project_out_dim.weights");
        }
    }

    private void MapLinear(string ours, string theirs)
    {
        _plan.Copy($"{ours}.weight", $"{theirs}.weights");
        _plan.Copy($"{ours}.bias", $"{theirs}.bias");
    }

    private void MapRows(string[] parts, string ours, string theirs)
    {
        int rows = _state.Get($"{theirs}.weights") is { Sizes: [var size, _] } && size % parts.Length == 0 ? (int)(size / parts.Length) : 0;
        for (int i = 0; i < parts.Length; i++)
        {
            _plan.Rows($"{ours}.{parts[i]}.weight", $"{theirs}.weights", i * rows, rows);
            _plan.Rows($"{ours}.{parts[i]}.bias", $"{theirs}.bias", i * rows, rows);
        }
    }

    private int Required(string name) => _settings.Integer(name) is > 0 and int value ? value : throw _settings.Unsupported(name);
}
