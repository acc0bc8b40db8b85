"""The bodies with which X refuses things."""

from typing import Any

__all__ = [
    "CAPPED",
    "DISCONNECT",
    "DUPLICATE",
    "INVALID_RULE",
    "LOCKED",
    "NOT_ENROLLED",
    "NOT_PERMITTED",
    "NO_CREDITS",
    "NO_SUCH_POST",
    "READ_ONLY",
    "SUSPENDED",
    "TOO_LONG",
    "TOO_MANY",
    "TOO_MANY_CONNECTIONS",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "invalid",
    "not_found",
]

Body = dict[str, Any]
PROBLEMS = "https://api.twitter.com/2/problems"

UNAUTHORIZED: Body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
NO_CREDITS: Body = {
    "account_id": 1234567890,
    "title": "CreditsDepleted",
    "detail": "Your enrolled account [1234567890] does not have any credits to fulfill this request.",
    "type": f"{PROBLEMS}/credits",
}
DUPLICATE: Body = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}
NOT_PERMITTED: Body = {
    "detail": "You are not permitted to perform this action.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}
SUSPENDED: Body = {
    "detail": "The user used for authentication is suspended",
    "title": "Forbidden",
    "status": 403,
    "type": f"{PROBLEMS}/user-suspended",
}
LOCKED: Body = {
    "errors": [
        {
            "code": 326,
            "message": "To protect our users from spam and other malicious activity, this account is temporarily"
            " locked. Please log in to https://twitter.com to unlock your account.",
        }
    ]
}
READ_ONLY: Body = {
    "title": "Forbidden",
    "status": 403,
    "detail": "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
    "type": f"{PROBLEMS}/oauth1-permissions",
}
NOT_ENROLLED: Body = {
    "client_id": "12345678",
    "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a"
    " Twitter developer App that is attached to a Project. You can create a project via the developer portal.",
    "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
    "title": "Client Forbidden",
    "required_enrollment": "Appropriate Level of API Access",
    "reason": "client-not-enrolled",
    "type": f"{PROBLEMS}/client-forbidden",
}
TOO_LONG: Body = {
    "detail": "Your Tweet text is too long. For more information on how Twitter determines text length see"
    " https://github.com/twitter/twitter-text.",
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
}
TOO_MANY: Body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
CAPPED: Body = {
    "account_id": 1234567890,
    "product_name": "standard-basic",
    "title": "UsageCapExceeded",
    "period": "Monthly",
    "scope": "Product",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": f"{PROBLEMS}/usage-capped",
}
UNAVAILABLE: Body = {
    "title": "Service Unavailable",
    "detail": "Service Unavailable",
    "type": "about:blank",
    "status": 503,
}
NO_SUCH_POST: Body = {
    "detail": "You attempted to reply to a Tweet that is deleted or not visible to you.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}
TOO_MANY_CONNECTIONS: Body = {
    "title": "ConnectionException",
    "detail": "This stream is currently at the maximum allowed connection limit.",
    "connection_issue": "TooManyConnections",
    "type": f"{PROBLEMS}/streaming-connection",
}
DISCONNECT: Body = {
    "errors": [
        {
            "title": "operational-disconnect",
            "disconnect_type": "UpstreamOperationalDisconnect",
            "detail": "This stream has been disconnected upstream for operational reasons.",
            "type": f"{PROBLEMS}/operational-disconnect",
        }
    ]
}
INVALID_RULE: Body = {
    "value": "…",
    "details": ["no viable alternative at character '…'"],
    "title": "UnprocessableEntity",
    "type": f"{PROBLEMS}/invalid-rules",
}


def invalid(parameter: str, value: str) -> Body:
    """Return what is said of a parameter that X does not take."""
    message = f"'{parameter}' must be a tweet id created after [TIMESTAMP]. Please use a '{parameter}' that is larger"
    return {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }


def not_found(id_: str) -> Body:
    """Return what is said of a post that is not there."""
    return {
        "value": id_,
        "detail": f"Could not find tweet with ids: [{id_}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": id_,
        "type": f"{PROBLEMS}/resource-not-found",
    }
