namespace ManagedTransformer.LlamaCpp;

/// <summary>Types of elements by their numbers in GGUF files.</summary>
internal enum GgufType
{
    Float32 = 0,

    /// <summary>Groups of 32: a binary16 scale, then 32 signed bytes.</summary>
    Q8 = 8,

    BFloat16 = 30,
}
