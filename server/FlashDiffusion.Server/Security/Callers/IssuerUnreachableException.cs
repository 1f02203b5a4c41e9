namespace FlashDiffusion.Server.Security.Callers;

/// <summary>A token can be neither accepted nor refused: its issuer has not told its keys yet. The framework takes no other values than exceptions.</summary>
internal sealed class IssuerUnreachableException() : Exception("The issuer of tokens could not be asked for its keys.");
