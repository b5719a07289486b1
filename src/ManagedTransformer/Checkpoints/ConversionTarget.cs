namespace ManagedTransformer.Checkpoints;

/// <summary>What a model can be converted to.</summary>
public enum ConversionTarget
{
    /// <summary>The same model as a folder of this library.</summary>
    Transformer,

    /// <summary>The same model as a folder that readers of GPT-2 understand (<see cref="HuggingFace.Gpt2Folder"/>).</summary>
    Gpt2,
}
