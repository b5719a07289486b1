using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>Translation models whose tokens leave the decoder early.</summary>
public static class ExitModels
{
    /// <summary>
    /// A copy of a depth-adaptive model that takes exits by another rule unless told otherwise.
    /// A classifier that the rule does not ask is left out.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="rule">The rule.</param>
    /// <exception cref="InputException">The model has no exits, or the rule does not fit it.</exception>
    public static TranslationModel WithExits(this TranslationModel model, ExitRule rule)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rule);
        DepthConfig own = model.RequireExits(), exits = own.With(rule);
        if (exits.HasClassifier && exits.Halting != own.Halting)
        {
            throw new InputException($"The model has no exit classifier for the rule '{rule}'.");
        }

        EncoderDecoderConfig config = model.Network.Config with { Exits = exits };
        config.Validate("exits");
        EncoderDecoderModel network = new(config, new RandomSource(0));
        Dictionary<string, Tensor> weights =
            ModuleWeights.Tensors(model.Network).ToDictionary(named => named.Name, named => named.Buffer);
        foreach ((string name, Tensor tensor) in ModuleWeights.Tensors(network))
        {
            tensor.CopyFrom(weights[name].ToArray());
        }

        return new TranslationModel(network, model.Source, model.Target, model.Description with { Model = config });
    }

    /// <summary>Refuses models of fixed depth.</summary>
    /// <param name="model">The model.</param>
    /// <returns>How the model takes exits.</returns>
    /// <exception cref="InputException">The model has no exits.</exception>
    internal static DepthConfig RequireExits(this TranslationModel model) => model.Network.Config.Exits
        ?? throw new InputException(
            "This model has no exits: its tokens run all decoder layers. Exits come from a recipe with model.exits.");
}
