namespace ManagedTransformer.Import.Sources;

/// <summary>The names of options that only some kinds of checkpoints take, as the tool has them behind two dashes.</summary>
internal static class ImportOptionNames
{
    public const string Data = "data";
    public const string Vocabulary = "vocab";
    public const string SourceDictionary = "source-dict";
    public const string TargetDictionary = "target-dict";
    public const string Ramp = "ramp";
    public const string Language = "language";
    public const string Heads = "heads";
    public const string Attention = "attention";
    public const string Activation = "activation";
    public const string ScaleEmbedding = "scale-embedding";
    public const string Ema = "ema";
    public const string Config = "config";
}
