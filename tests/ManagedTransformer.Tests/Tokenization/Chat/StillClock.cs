namespace ManagedTransformer.Tests.Tokenization.Chat;

/// <summary>A clock that stands still.</summary>
internal sealed class StillClock(DateTimeOffset time) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => time;
}
