using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Outputs;

/// <summary>From a model's last hidden states to scores of the next token.</summary>
internal abstract class OutputLayer : Module
{
    /// <summary>The name of its parameters within a model; empty where they stand beside the model's own.</summary>
    public abstract string SlotName { get; }

    /// <summary>Scores of every token: logits, or, from an adaptive softmax, log-probabilities.</summary>
    /// <param name="hidden">[..., D]</param>
    /// <returns>[..., V]</returns>
    public abstract Tensor Scores(Tensor hidden);

    /// <summary>Cross-entropy with the tokens that follow, without keeping the scores.</summary>
    /// <param name="hidden">[..., D]</param>
    /// <param name="targets">Int32, the leading shape of the hidden states.</param>
    /// <param name="options">Default: mean in nats, nothing ignored.</param>
    /// <param name="context">Dropout within the layer; default: none.</param>
    public abstract CrossEntropyResult Loss(
        Tensor hidden, Tensor targets, CrossEntropyOptions? options = null, ForwardContext? context = null);
}
