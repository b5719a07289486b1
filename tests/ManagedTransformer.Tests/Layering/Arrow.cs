namespace ManagedTransformer.Tests.Layering;

/// <summary>A type that uses a type of another namespace.</summary>
/// <param name="User">The type.</param>
/// <param name="From">Its place in the order.</param>
/// <param name="Used">What it uses.</param>
/// <param name="To">The place of that.</param>
internal sealed record Arrow(string User, string From, string Used, string To)
{
    /// <inheritdoc/>
    public override string ToString() => $"{User} must not use {Used}.";
}
