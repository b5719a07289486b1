using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Exits from every decoder layer, how they are trained and how they are taken (Elbayad et al., "Depth-Adaptive Transformer", ICLR 2020):
/// the <c>exits</c> object of a model's configuration.
/// </summary>
public sealed record DepthConfig : IDepthSlot
{
    private const int MostPaths = 10_000;

    /// <summary>
    /// Which matrices project the exits' states: separate and shared ones need untied output (<c>tie: none</c>), tied ones a tied one.
    /// </summary>
    public ExitClassifiers Classifiers { get; set; } = ExitClassifiers.Tied;

    /// <summary>omega_n: weight of the loss of exit n, N of them; absent: 1.</summary>
    public IReadOnlyList<float>? Omega { get; set; }

    /// <summary>gamma_n of gradient scaling (appendix A), N of them; absent: no scaling.</summary>
    public IReadOnlyList<float>? Gamma { get; set; }

    /// <summary>M: random exit sequences per batch of mixed training; 0 for aligned training.</summary>
    public int Paths { get; set; }

    /// <summary>How exits are chosen. Sequence, multinomial and geometric are classifiers with parameters.</summary>
    public HaltingKind Halting { get; set; }

    /// <summary>Whether the geometric-like classifier has one weight for all layers.</summary>
    public bool HaltingShared { get; set; } = true;

    /// <summary>The layer of fixed halting, from 1.</summary>
    public int FixedExit { get; set; }

    /// <summary>
    /// tau_n, above which geometric-like and confidence halting stop: one per layer but the last, or one for all; absent: 0.5.
    /// </summary>
    public IReadOnlyList<float>? Thresholds { get; set; }

    /// <summary>What the classifier is trained to choose: per token, or, for sequence halting, per sentence.</summary>
    public ExitOracleKind Oracle { get; set; }

    /// <summary>sigma: how far a token's oracle looks at its neighbours, weights exp(-(t-u)^2 / sigma); 0: not at all.</summary>
    public float Sigma { get; set; }

    /// <summary>lambda: what a layer costs in the oracle.</summary>
    public float Lambda { get; set; }

    /// <summary>alpha: weight of the classifier's loss; 0 while only the exits themselves are trained.</summary>
    public float Alpha { get; set; }

    /// <summary>Whether the halting is a classifier with parameters.</summary>
    [JsonIgnore]
    public bool HasClassifier => Halting is HaltingKind.Sequence or HaltingKind.Multinomial or HaltingKind.Geometric;

    /// <summary>Whether an option is used that only models with an encoder have.</summary>
    internal bool NeedsEncoder =>
        Classifiers == ExitClassifiers.Separate || Halting == HaltingKind.Sequence || Paths > 0 || Gamma is not null;

    /// <summary>How exits are taken unless the caller says otherwise.</summary>
    [JsonIgnore]
    public ExitRule Rule => new() { Kind = Halting, FixedExit = FixedExit, Thresholds = Thresholds };

    /// <summary>This configuration with another rule to take exits by; a classifier that the rule does not ask is left out.</summary>
    /// <param name="rule">The rule.</param>
    public DepthConfig With(ExitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return this with
        {
            Halting = rule.Kind,
            FixedExit = rule.FixedExit,
            Thresholds = rule.Thresholds,
            Alpha = rule.Kind == Halting ? Alpha : 0,
        };
    }

    bool IDepthSlot.HasExitProjections => Classifiers == ExitClassifiers.Separate;

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
        int layers = model.Layers;
        if (Classifiers == ExitClassifiers.Tied != model.IsTied)
        {
            throw new InputException(
                $"{where}.exits.classifiers is '{Classifiers.JsonName()}': tied classifiers need a tied output "
                + "(model.tie), separate and shared ones an untied one.");
        }

        Check(Omega, "omega", value => value >= 0);
        Check(Gamma, "gamma", value => value > 0);
        if (Omega?.Sum() == 0)
        {
            throw new InputException($"{where}.exits.omega needs a positive weight.");
        }

        if (Paths > MostPaths)
        {
            throw new InputException($"{where}.exits.paths is {Paths}, it must be at most {MostPaths}: every path is a pass of its own.");
        }

        if (FixedExit != 0 && Halting != HaltingKind.Fixed)
        {
            throw new InputException($"{where}.exits.fixed_exit is {FixedExit}, and only exits.halting 'fixed' has a fixed exit.");
        }

        if (Paths < 0 || (Paths > 0 && (Omega is not null || Gamma is not null || Alpha > 0)))
        {
            throw new InputException(
                $"{where}.exits.paths is {Paths}, it must not be negative, and mixed training has neither omega, gamma nor alpha.");
        }

        if (!(Sigma >= 0) || !(Lambda >= 0) || !(Alpha >= 0))
        {
            throw new InputException(
                $"{where}.exits.sigma ({Sigma}), exits.lambda ({Lambda}) and exits.alpha ({Alpha}) must not be negative.");
        }

        if (Alpha > 0 && !HasClassifier)
        {
            throw new InputException(
                $"{where}.exits.alpha trains a classifier, so exits.halting must be sequence, multinomial or geometric.");
        }

        Rule.Validate(layers, $"{where}.exits");

        void Check(IReadOnlyList<float>? values, string key, Func<float, bool> allowed)
        {
            if (values is not null && (values.Count != layers || !values.All(allowed)))
            {
                throw new InputException(
                    $"{where}.exits.{key} needs {layers} values, one per decoder layer, none of them "
                    + $"negative{(key == "gamma" ? " or 0" : "")}.");
            }
        }
    }

    StackDepth IDepthSlot.CreateDepth(ModelSizes model, int encoderDim, RandomSource random) =>
        new ExitDepth(this, model, HasClassifier ? new HaltingClassifier(this, model.Layers, encoderDim, model.Dim, random) : null);
}
