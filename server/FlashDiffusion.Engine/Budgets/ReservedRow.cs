namespace FlashDiffusion.Engine.Budgets;

/// <summary>A sample's row in units of a schedule.</summary>
/// <param name="Id">Its number.</param>
/// <param name="CallsLeft">Units that it needs at most from the first of these on, the last decode included: what tells later which of them it still needs.</param>
internal readonly record struct ReservedRow(long Id, int CallsLeft);
