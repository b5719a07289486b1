namespace ManagedTransformer.Modules.Decoding;

/// <summary>What a model remembers between generation steps.</summary>
internal interface IGenerationState
{
    /// <summary>How many tokens were read.</summary>
    int Length { get; }

    /// <summary>How many more tokens can be read; <see cref="int.MaxValue"/> for no limit.</summary>
    int Room { get; }

    /// <summary>Memory in use, in bytes.</summary>
    long Bytes { get; }

    /// <summary>Forgets everything.</summary>
    void Reset();
}
