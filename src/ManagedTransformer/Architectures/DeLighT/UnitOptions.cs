using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>Widths, depth and switches of one deep unit.</summary>
internal sealed record UnitOptions
{
    /// <summary>d_in: width of the unit's input.</summary>
    public required int Input { get; init; }

    /// <summary>d_proj: width of the projected input, which every grouped layer sees.</summary>
    public required int Projection { get; init; }

    /// <summary>d_out: width of the result.</summary>
    public required int Output { get; init; }

    /// <summary>w: the widest grouped layer has about w d_in features.</summary>
    public required double WidthMultiplier { get; init; }

    /// <summary>N: grouped layers.</summary>
    public required int Depth { get; init; }

    /// <summary>g_max: most groups of a layer.</summary>
    public required int MaxGroups { get; init; }

    /// <summary>How groups and widths run.</summary>
    public UnitMode Mode { get; init; }

    /// <summary>Shuffles features between groups; DeFINE never does.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Mixes the projected input into the input of every grouped layer but the first, and of the output map.</summary>
    public bool Mixer { get; init; } = true;

    /// <summary>Activation after every norm.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Dropout after each of the N + 2 layers.</summary>
    public float Dropout { get; init; }
}
