namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Who may call a method.</summary>
internal enum AccessNeed
{
    /// <summary>Everybody: health.</summary>
    Open,

    /// <summary>Every known caller.</summary>
    Caller,

    /// <summary>Callers with the right to administer.</summary>
    Admin,
}
