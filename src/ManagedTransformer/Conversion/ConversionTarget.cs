namespace ManagedTransformer.Conversion;

/// <summary>What a model can be converted to.</summary>
public enum ConversionTarget
{
    /// <summary>The same model as a folder of this library.</summary>
    Transformer,

    /// <summary>The same model as a folder that readers of GPT-2 understand (<see cref="Checkpoints.HuggingFace.Gpt2Folder"/>).</summary>
    Gpt2,

    /// <summary>
    /// The same model as a folder that readers of the Llama family understand (<see cref="Checkpoints.HuggingFace.LlamaFolder"/>).
    /// </summary>
    Llama,

    /// <summary>A recurrent network with learnt feature maps, to be finetuned (<see cref="Conversion.T2R"/>).</summary>
    T2R,

    /// <summary>The same with the map elu(x) + 1, which has nothing to learn.</summary>
    Elu,

    /// <summary>The same with random Fourier features.</summary>
    Rfa,

    /// <summary>The same with positive random features.</summary>
    Favor,

    /// <summary>
    /// A recurrent network whose maps learn to copy the softmax, beside a short window (<see cref="Linearization"/>), to be trained in the
    /// stages transfer and lora.
    /// </summary>
    Lolcats,
}
