using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Torch.Pickling;

namespace ManagedTransformer.Import.Xlm;

/// <summary>
/// Language models of XLM (Lample and Conneau, 2019), with product-key memories (Lample et al., 2019) or without. Hyper-parameters and
/// vocabulary are in the file.
/// </summary>
internal sealed class XlmCheckpoint : IForeignModel
{
    private const float NormEpsilon = 1e-12f;

    private const int MostListed = 50;

    /// <inheritdoc/>
    public ForeignKind Kind => ForeignKind.Xlm;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => ["xlm"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => [ImportOptionNames.Language];

    /// <inheritdoc/>
    public ImportedModel Read(ImportSource source)
    {
        PickleDictionary root = source.RootDictionary();
        if (root.Get("model") is null && root.Get("encoder") is not null && root.Get("decoder") is not null)
        {
            throw source.Refuse("it holds 'encoder' and 'decoder' instead of 'model': a translation model of XLM, which is not supported");
        }

        StateDictionary state = StateDictionary.From(source, root.Get("model"), "dictionary 'model'");
        ForeignSettings settings = new(source, ForeignSettings.Of(root.Get("params"))
            ?? throw source.Refuse("it has no dictionary 'params', the hyper-parameters"));
        RequireSupported(source, settings);

        WeightPlan plan = new(state, source.Options.Renames);
        string table = plan.Named("embed.weight", "embeddings.weight");
        int vocab = state.Size(table, 2, 0), dim = state.Size(table, 2, 1), layers = source.RequireLayers(Required("n_layers"));
        XlmMemories memories = new(source, settings, plan, dim, layers);
        bool isTied = state.AreEqual(table, "pred_layer.proj.weight");
        LanguageModelConfig model = new()
        {
            Vocab = vocab,
            Dim = dim,
            Layers = layers,
            Heads = Required("n_heads"),
            Ffn = 4 * dim,
            Activation = settings.Flag("gelu_activation") ? Activation.Gelu : Activation.Relu,
            PreNorm = false,
            NormEpsilon = NormEpsilon,
            Tie = isTied,
            OutputBias = true,
            Positions = PositionKind.Learned,
            MaxPositions = state.Size(plan.Named("positions.weight", "position_embeddings.weight"), 2, 0),
            EmbeddingNorm = true,
            Dropout = settings.Rate("dropout"),
            AttentionDropout = settings.Rate("attention_dropout"),
            MemoryPositions = memories.Positions.Count == 0 ? null : memories.Positions,
            Memory = memories.Positions.Count == 0 ? null : memories.Config,
        };
        RequireSizes(source, settings, model);
        Map(plan, model, isTied);
        memories.Map();
        MapPositions(source, settings, plan);
        state.Ignore(name => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal));
        return ImportedModel.Of(
            source, model, XlmVocabulary.Read(source, root, vocab), plan, settings.Integer("bptt") is > 0 and int bptt
                ? Math.Min(bptt, model.MaxPositions)
                : model.MaxPositions);

        int Required(string name) => settings.Integer(name) is > 0 and int value
            ? value
            : throw source.Refuse($"its setting {name} is {ForeignSettings.Show(settings.Find(name))}, it must be positive");
    }

    private static void RequireSupported(ImportSource source, ForeignSettings settings)
    {
        settings.RefuseFlags("asm", "mem_input2d", "mem_grouped_conv", "mem_multi_query_net", "mem_shuffle_indices", "mem_shuffle_query",
            "mem_query_residual", "mem_normalize_query", "mem_score_normalize", "mem_score_subtract");
        if (!settings.Flag("clm_steps"))
        {
            throw source.Refuse("its setting clm_steps is empty: a masked model, which predicts no next token");
        }

        if ((settings.Integer("mem_modulo_size") ?? -1) != -1)
        {
            throw settings.Unsupported("mem_modulo_size");
        }

        if (settings.Flag("use_memory") && !settings.Flag("mem_score_softmax", absent: true))
        {
            throw settings.Unsupported("mem_score_softmax");
        }
    }

    private static void RequireSizes(ImportSource source, ForeignSettings settings, LanguageModelConfig model)
    {
        foreach ((string name, int size) in (ReadOnlySpan<(string, int)>)[("emb_dim", model.Dim), ("n_words", model.Vocab)])
        {
            if (settings.Integer(name) is { } stated && stated != size)
            {
                throw source.Refuse($"its setting {name} is {stated}, and its tables have {size}");
            }
        }
    }

    private static void Map(WeightPlan plan, LanguageModelConfig model, bool isTied)
    {
        plan.Copy("embed.weight", "embeddings.weight");
        plan.CopyBoth("embed_norm", "layer_norm_emb");
        for (int i = 0; i < model.Layers; i++)
        {
            foreach ((string ours, string theirs) in (ReadOnlySpan<(string, string)>)
                [("query", "q"), ("key", "k"), ("value", "v"), ("out", "out")])
            {
                plan.CopyBoth($"layers.{i}.attn.{ours}", $"attentions.{i}.{theirs}_lin");
            }

            plan.CopyBoth($"layers.{i}.norm1", $"layer_norm1.{i}");
            plan.CopyBoth($"layers.{i}.norm2", $"layer_norm2.{i}");
            if (!model.HasMemoryAt(i))
            {
                plan.CopyBoth($"layers.{i}.ffn.fc1", $"ffns.{i}.lin1");
                plan.CopyBoth($"layers.{i}.ffn.fc2", $"ffns.{i}.lin2");
            }
        }

        plan.Copy("output.bias", "pred_layer.proj.bias");
        if (isTied)
        {
            plan.State.Use("pred_layer.proj.weight");
        }
        else
        {
            plan.Copy("output.weight", "pred_layer.proj.weight");
        }
    }

    // The vector of a language is added to every token's, and so are positions: both together are positions.
    private static void MapPositions(ImportSource source, ForeignSettings settings, WeightPlan plan)
    {
        const string Theirs = "position_embeddings.weight", Languages = "lang_embeddings.weight";
        StateDictionary state = plan.State;
        bool isOne = !state.Has(Languages);
        List<(string Name, int Id)> known = [];
        foreach ((PickleValue key, PickleValue value) in ForeignSettings.Of(settings.Find("lang2id"))?.Entries ?? [])
        {
            if (key is PickleAtom { Value: string name } && value is PickleAtom { Value: long id } && id >= 0
                && (isOne || id < state.Size(Languages, 2, 0)))
            {
                known.Add((name, (int)Math.Min(id, int.MaxValue)));
            }
        }

        string list = string.Join(", ", known.Take(MostListed).Select(entry => PickleText.Quote(entry.Name)));
        int place = known.FindIndex(entry => entry.Name == source.Options.Language);
        if (place < 0 && source.Options.Language is { } wanted)
        {
            throw source.Refuse($"the model does not speak '{wanted}' (--language); it knows {(list.Length > 0 ? list : "one language")}");
        }

        if (isOne)
        {
            // One language for all, or several without vectors of their own.
            plan.Copy("positions.weight", Theirs);
            return;
        }

        if (place < 0)
        {
            throw source.Refuse($"the model speaks several languages, choose one by --language: {list}");
        }

        int row = known[place].Id;
        int dim = state.Size(Languages, 2, 1);
        plan.Add("positions.weight", Theirs, shape => shape.Count == 2 && shape[1] == dim ? [.. shape] : null, (values, _) =>
        {
            float[] language = state.Read(Languages);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += language[(row * dim) + (i % dim)];
            }

            return values;
        });
        state.Use(Languages);
    }
}
