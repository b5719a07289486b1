using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ManagedTransformer.Recipes;

/// <summary>Changes of a recipe by the paths of its keys, checked like its file.</summary>
internal static class RecipeChanges
{
    /// <summary>Applies changes in their order and checks the whole.</summary>
    /// <param name="recipe">A recipe that is right as it is.</param>
    /// <param name="changes"><c>KEY=VALUE</c> each.</param>
    /// <param name="name">What to call the recipe in errors.</param>
    /// <param name="option">Where the changes come from, for errors.</param>
    /// <exception cref="InputException">An unknown key, a wrong type or a value out of its range.</exception>
    public static Recipe Apply(Recipe recipe, IReadOnlyList<string> changes, string name, string option)
    {
        if (changes.Count == 0)
        {
            return recipe;
        }

        RecipeKind kind = RecipeKind.Of(recipe.Architecture);
        JsonObject json = JsonSerializer.SerializeToNode(recipe, kind.Type)!.AsObject();
        foreach (string text in changes)
        {
            RecipeChange change = RecipeChange.Parse(text, option);
            if (change.Key == "architecture")
            {
                throw new InputException($"{option} cannot change 'architecture', which says what kind of recipe it is.")
                {
                    Option = option,
                };
            }

            change.Apply(json, kind.Type, option);
        }

        string given = string.Join(' ', changes);
        try
        {
            Recipe changed = kind.Read($"{option} {given}", Encoding.UTF8.GetBytes(json.ToJsonString()), false);
            changed.Validate($"{name} with {option} {given}");
            return changed;
        }
        catch (InputException e)
        {
            throw new InputException(e.Message, e) { Option = option };
        }
    }

    /// <summary>Refuses changes of one key, or of a whole after its part: all but the last would count for nothing.</summary>
    /// <param name="changes"><c>KEY=VALUE</c> each.</param>
    /// <param name="option">Where the changes come from, for errors.</param>
    /// <exception cref="InputException">Two are of one key, one replaces an earlier one, or one is not <c>KEY=VALUE</c>.</exception>
    public static void RequireOnce(IReadOnlyList<string> changes, string option)
    {
        RecipeChange[] given = [.. changes.Select(text => RecipeChange.Parse(text, option))];
        for (int i = 1; i < given.Length; i++)
        {
            if (given[..i].FirstOrDefault(given[i].IsOfKey) is { } first)
            {
                throw new InputException(
                    $"{option} gives '{given[i].Key}' twice, as {first.Value} and as {given[i].Value}: leave one out.")
                { Option = option };
            }

            if (given[..i].FirstOrDefault(given[i].Replaces) is { } part)
            {
                throw new InputException(
                    $"{option} gives '{given[i].Key}' as a whole after '{part.Key}', which it replaces: leave one out.")
                { Option = option };
            }
        }
    }

    /// <summary>How changes give a key that another option gives, for errors, since one of the two would count for nothing.</summary>
    /// <param name="changes"><c>KEY=VALUE</c> each.</param>
    /// <param name="key">The key.</param>
    /// <param name="option">Where the changes come from, for errors.</param>
    /// <returns><c>'training.steps' too</c> or <c>'training' as a whole</c>; null where none gives it.</returns>
    /// <exception cref="InputException">One is not <c>KEY=VALUE</c>.</exception>
    public static string? Giving(IEnumerable<string> changes, string key, string option)
    {
        RecipeChange wanted = new(key, "");
        RecipeChange? given = changes.Select(text => RecipeChange.Parse(text, option))
            .FirstOrDefault(change => change.IsOfKey(wanted) || change.Replaces(wanted));
        return given is null ? null : given.IsOfKey(wanted) ? $"'{given.Key}' too" : $"'{given.Key}' as a whole";
    }

    /// <summary>The changes of a run that goes on: those that it began with, but for keys that are changed anew.</summary>
    /// <param name="before">The changes that it began with.</param>
    /// <param name="now">The changes now.</param>
    /// <param name="option">Where they come from, for errors.</param>
    /// <exception cref="InputException">One is not <c>KEY=VALUE</c>.</exception>
    public static IReadOnlyList<string> Merge(IReadOnlyList<string> before, IReadOnlyList<string> now, string option)
    {
        RecipeChange[] given = [.. now.Select(text => RecipeChange.Parse(text, option))];
        return [.. before.Where(text => !given.Any(RecipeChange.Parse(text, option).IsOfKey)), .. now];
    }
}
