namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// The type that a <c>config.json</c> says the weights are of. The tensors have types of their own, which count; but a name that is none
/// says that the file is not what a program wrote.
/// </summary>
internal static class TorchTypes
{
    private const string Prefix = "torch.";

    private static readonly string[] _keys = ["torch_dtype", "dtype"];
    private static readonly string[] _known = ["float32", "float16", "bfloat16", "float64", "float", "half", "double", "auto"];

    /// <summary>Refuses names of no type.</summary>
    /// <param name="json">The file.</param>
    /// <exception cref="InputException">It names another type than the floating-point ones that weights have.</exception>
    public static void RequireKnown(ConfigReader json)
    {
        foreach (string key in _keys)
        {
            string? name = json.Text(key);
            string? plain = name?.StartsWith(Prefix, StringComparison.Ordinal) == true ? name[Prefix.Length..] : name;
            json.Refuse(plain is not null && !_known.Contains(plain), key, $"is '{name}', the known ones are {string.Join(", ", _known)}");
        }
    }
}
