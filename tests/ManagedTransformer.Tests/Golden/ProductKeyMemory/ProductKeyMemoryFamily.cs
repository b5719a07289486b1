using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>Product-key memory layers.</summary>
internal static class ProductKeyMemoryFamily
{
    public static GoldenFamily Family { get; } = new(
        "pkm",
        [
            new TopKSystem(), new BatchNormSystem(), new QueryNetworkSystem(), new LayerSystem("layer"), new LayerSystem("layer_flat"),
            new EmbeddingBagSystem(), new OptimizerSystem("optim_adam"), new OptimizerSystem("optim_adamw"),
            new OptimizerSystem("optim_adam_xlm"), new OptimizerSystem("optim_sparse_adam"), new ScheduleSystem(), new ClippingSystem(),
            new MetricsSystem(), new LanguageModelSystem(), new TrainingSystem(),
        ],
        [],
        test => test.System == "pkm.train_steps" ? 1e-4 : 2e-5);

    /// <summary>The memory that a case, or a part of it, describes.</summary>
    public static ProductKeyMemoryConfig Memory(GoldenConfig config) => new()
    {
        Heads = config.Int("heads"),
        NKeys = config.Int("n_keys", 2),
        KeyDim = config.Int("key_dim"),
        TopK = config.Int("n_keys", 0) == 0 ? 1 : config.Int("top_k"),
        BatchNorm = config.Bool("batch_norm", true),
        QueryBias = config.Bool("query_bias", true),
        QueryHidden = config.Has("query_hidden") ? [.. config.Doubles("query_hidden").Select(width => (int)width)] : [],
        BnEps = config.Float("bn_eps", 1e-5),
        BnMomentum = config.Float("bn_momentum", 0.1),
        FlatKeys = config.Bool("flat_keys", false),
        SharedKeys = config.Bool("shared_keys", false),
        ShareValues = config.Bool("share_values", false),
        ValueDim = config.Has("value_dim") ? config.Int("value_dim") : null,
        InputDropout = config.Float("input_dropout", 0),
        QueryDropout = config.Float("query_dropout", 0),
        ValueDropout = config.Float("value_dropout", 0),
    };

    /// <summary>Training or evaluation, as the case says.</summary>
    public static ForwardContext Context(GoldenConfig config) =>
        config.Bool("train", true) ? ForwardContext.Training(new RandomSource(1)) : ForwardContext.Inference;

    /// <summary>Compares the statistics that a module keeps, where the case has them.</summary>
    public static void CompareBuffers(GoldenCheck check, Module module)
    {
        foreach (NamedBuffer named in module.Buffers())
        {
            check.CompareOptional("out/" + named.Name, () => named.Buffer);
        }
    }
}
