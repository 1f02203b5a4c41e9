using Grpc.Core;

namespace FlashDiffusion.Server.Retention;

/// <summary>Who calls.</summary>
internal interface ICallerIdentity
{
    /// <summary>A stable name of the authenticated caller; empty without authentication.</summary>
    string Of(ServerCallContext context);
}
