using ManagedTransformer.Architectures.DeLighT;

namespace ManagedTransformer.Tests.Golden.DeLighT;

/// <summary>Configurations from the keys of the cases.</summary>
internal static class DelightModels
{
    public static Tensors.Activation Activation(GoldenConfig config) => config.Text("act", "swish") switch
    {
        "swish" => Tensors.Activation.Silu,
        "gelu" => Tensors.Activation.Gelu,
        "relu" => Tensors.Activation.Relu,
        "none" => Tensors.Activation.None,
        string other => throw new InvalidDataException($"unknown activation '{other}'"),
    };

    public static UnitMode Mode(GoldenConfig config) => config.Text("mode", "dextra") == "define" ? UnitMode.Define : UnitMode.Dextra;

    public static DelightConfig Config(GoldenConfig config) => new()
    {
        MinDepth = config.Int("min_depth", 4),
        MaxDepth = config.Int("max_depth", 4),
        WidthMult = config.Double("width_mult", 2),
        MaxGroups = config.Int("max_groups", 0),
        Mode = Mode(config),
        Shuffle = config.Bool("shuffle", true),
        Mixer = config.Bool("mixer", true),
        MapDim = config.Int("map_dim", 128),
        EmbDepth = config.Int("emb_depth", 4),
        EmbWidthMult = config.Double("emb_width_mult", 2),
        EmbMaxGroups = config.Int("emb_max_groups", 0),
        SharedDropout = 0,
    };
}
