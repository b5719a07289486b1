namespace ManagedTransformer.Torch.Pickling;

/// <summary>A type of numpy's elements.</summary>
/// <param name="code">f, i, u or b, and the number of bytes.</param>
internal sealed class PickleNumpyType(string code) : PickleValue
{
    /// <summary>f, i, u or b, and the number of bytes.</summary>
    public string Code => code;

    /// <summary>Whether bytes stand the other way round.</summary>
    public bool IsBigEndian { get; set; }
}
