namespace ManagedTransformer.Modules.Slots;

/// <summary>
/// A mechanism that a model's configuration may have: the record of its options, which says whether they can be used and makes its modules.
/// A model is built by a loop over its slots; a mechanism is known to its own folder and to the configurations that offer it.
/// </summary>
public interface ISlot
{
    /// <summary>Checks every option, alone and against the model's sizes.</summary>
    /// <param name="model">The model's sizes.</param>
    /// <param name="where">Named in errors: the file and the object of the model, for instance <c>recipe.json: model</c>.</param>
    /// <exception cref="InputException">An option out of its range, or one that does not fit the model.</exception>
    void Validate(ModelSizes model, string where);
}
