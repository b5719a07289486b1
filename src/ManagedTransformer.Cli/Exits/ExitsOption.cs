using System.CommandLine;
using System.CommandLine.Parsing;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using ManagedTransformer.Modules.Decoding;

namespace ManagedTransformer.Cli.Exits;

/// <summary>The option that says at which layer tokens leave the decoder.</summary>
internal static class ExitsOption
{
    private const string All = "all", Model = "model",
        Rules = "full, fixed:LAYER, confidence:TAU[,TAU...], geometric:TAU[,TAU...], multinomial, sequence, uniform[:SEED]";

    /// <summary><c>--exits</c> for one rule.</summary>
    public static Option<DepthRule?> Single() => new("--exits")
    {
        Description = $"When tokens leave the decoder of a depth-adaptive model (default: as its configuration says): {Rules}.",
        HelpName = "RULE",
        CustomParser = result => Parse(result, result.Tokens[0].Value),
    };

    /// <summary><c>--exits</c> for rules to be compared.</summary>
    public static Option<string[]?> Several()
    {
        Option<string[]?> option = new("--exits")
        {
            Description =
                "Print BLEU and cost of exit rules of a depth-adaptive model instead: all (every layer as fixed exit), model (as its "
                + $"configuration says), {Rules}. May be repeated.",
            HelpName = "RULE",
        };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (token.Value is not (All or Model) && !ExitRule.TryParse(token.Value, out _))
                {
                    result.AddError(Message(token.Value, $"{All}, {Model}, {Rules}"));
                }
            }
        });
        return option;
    }

    /// <summary>The rules that several options name.</summary>
    /// <param name="names">Valid ones.</param>
    /// <param name="model">A model with exits.</param>
    public static IReadOnlyList<ExitRule> Resolve(string[] names, TranslationModel model) =>
    [
        .. names.SelectMany(name => name switch
        {
            All => ExitEvaluation.FixedExits(model),
            Model => [model.Network.Config.Exits?.Rule ?? new ExitRule()],
            _ => ExitRule.TryParse(name, out ExitRule? rule) ? [rule] : throw new InputException(Message(name, Rules)),
        }),
    ];

    private static ExitRule? Parse(ArgumentResult result, string text)
    {
        if (!ExitRule.TryParse(text, out ExitRule? rule))
        {
            result.AddError(Message(text, Rules));
        }

        return rule;
    }

    private static string Message(string text, string rules) => $"--exits knows no rule '{text}', but {rules}";
}
