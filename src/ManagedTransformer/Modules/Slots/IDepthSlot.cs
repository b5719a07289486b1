using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism that decides how deep tokens go.</summary>
internal interface IDepthSlot : ISlot
{
    /// <summary>Whether every layer's exit has an output projection of its own.</summary>
    bool HasExitProjections { get; }

    /// <summary>The mechanism around a model, with initial values.</summary>
    /// <param name="model">Sizes of the stack that tokens leave.</param>
    /// <param name="encoderDim">Width of encoded sources; that of the stack for a model without.</param>
    /// <param name="random">Source of the initial values.</param>
    StackDepth CreateDepth(ModelSizes model, int encoderDim, RandomSource random);
}
