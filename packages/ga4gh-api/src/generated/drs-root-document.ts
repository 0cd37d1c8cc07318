// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.
import type { OpenApiDocument } from '../document.ts'

export const drsRootDocument: OpenApiDocument = {
  "openapi": "3.0.3",
  "info": {
    "title": "DRS server: data links, local issuer and STS",
    "version": "1.5.0",
    "description": "Two mounts. Paths under `/ga4gh/drs/v1` are of the 1.6 draft (members that the draft leaves open begin with `x_`) and\nare merged into the DRS document. Paths with a server of their own are merged, with those of `sts-extensions.yaml`,\ninto the root document of the DRS server.\n",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0"
    }
  },
  "servers": [
    {
      "url": "/"
    }
  ],
  "paths": {
    "/data/{token}": {
      "get": {
        "tags": [
          "Data"
        ],
        "operationId": "GetData",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Bytes of a signed link",
        "description": "The token in the path is the whole credential. One range gives 206, several give `multipart/byteranges`, at most\n16 of them. A token that was altered, ran out or was revoked is 403 in each case.\n",
        "parameters": [
          {
            "name": "token",
            "in": "path",
            "required": true,
            "description": "The signed token",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "Range",
            "in": "header",
            "description": "Byte ranges",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-Range",
            "in": "header",
            "description": "An entity tag: ranges count only while it holds",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-Match",
            "in": "header",
            "description": "Entity tags of which one must hold",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-None-Match",
            "in": "header",
            "description": "Entity tags of which none may hold",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "All bytes",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "206": {
            "description": "The bytes of the ranges",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "304": {
            "description": "Not changed"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
          },
          "412": {
            "$ref": "#/components/responses/412PreconditionFailed"
          },
          "416": {
            "$ref": "#/components/responses/416RangeNotSatisfiable"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      },
      "put": {
        "tags": [
          "Data"
        ],
        "operationId": "PutData",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Send bytes by a signed link",
        "description": "Takes exactly the bytes that the upload request announced; other lengths or digests are refused.",
        "parameters": [
          {
            "name": "token",
            "in": "path",
            "required": true,
            "description": "The signed token",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "Content-Range",
            "in": "header",
            "description": "Where a part belongs, for an upload in parts",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": false,
          "description": "The bytes",
          "content": {
            "*/*": {
              "schema": {
                "type": "string",
                "format": "binary"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Stored, as it was before"
          },
          "201": {
            "description": "Stored"
          },
          "204": {
            "description": "Stored"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "409": {
            "$ref": "#/components/responses/409Conflict"
          },
          "411": {
            "$ref": "#/components/responses/411LengthRequired"
          },
          "412": {
            "$ref": "#/components/responses/412PreconditionFailed"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "416": {
            "$ref": "#/components/responses/416RangeNotSatisfiable"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "507": {
            "$ref": "#/components/responses/507InsufficientStorage"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      },
      "head": {
        "tags": [
          "Data"
        ],
        "operationId": "HeadData",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Headers of a signed link",
        "description": "What GetData would answer, without the bytes.",
        "parameters": [
          {
            "name": "token",
            "in": "path",
            "required": true,
            "description": "The signed token",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "Range",
            "in": "header",
            "description": "Byte ranges",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-Range",
            "in": "header",
            "description": "An entity tag: ranges count only while it holds",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-Match",
            "in": "header",
            "description": "Entity tags of which one must hold",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "If-None-Match",
            "in": "header",
            "description": "Entity tags of which none may hold",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "All bytes",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "206": {
            "description": "The bytes of the ranges",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "304": {
            "description": "Not changed"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
          },
          "412": {
            "$ref": "#/components/responses/412PreconditionFailed"
          },
          "416": {
            "$ref": "#/components/responses/416RangeNotSatisfiable"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/token": {
      "post": {
        "tags": [
          "Local issuer"
        ],
        "operationId": "IssueToken",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "A token of the local issuer",
        "description": "Two grant types: a local user with the secret of the data folder gets an access token, and an access token is\nexchanged for a passport (RFC 8693). Errors have the shape of RFC 6749.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/x-www-form-urlencoded": {
              "schema": {
                "$ref": "#/components/schemas/TokenRequest"
              }
            },
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/TokenRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The token",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TokenResponse"
                }
              }
            }
          },
          "400": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "401": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "403": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "413": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "415": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "429": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "500": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "503": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "default": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          }
        }
      }
    },
    "/userinfo": {
      "get": {
        "tags": [
          "Local issuer"
        ],
        "operationId": "GetUserinfo",
        "x-biocloud-extension": true,
        "security": [
          {
            "BearerAuth": []
          }
        ],
        "summary": "Who the caller is",
        "description": "OpenID Connect userinfo of the local issuer, with the user's visas.",
        "responses": {
          "200": {
            "description": "Claims of the user",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Userinfo"
                }
              }
            }
          },
          "400": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "401": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "403": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "404": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "429": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "500": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "503": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "default": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          }
        }
      }
    },
    "/.well-known/openid-configuration": {
      "get": {
        "tags": [
          "Local issuer"
        ],
        "operationId": "GetOpenidConfiguration",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Metadata of the local issuer",
        "description": "OpenID Connect Discovery.",
        "responses": {
          "200": {
            "description": "The metadata",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OpenidConfiguration"
                }
              }
            }
          },
          "400": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "401": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "403": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "404": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "429": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "500": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "503": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "default": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          }
        }
      }
    },
    "/.well-known/jwks.json": {
      "get": {
        "tags": [
          "Local issuer"
        ],
        "operationId": "GetJwks",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Public keys of the local issuer and the STS",
        "description": "A JSON Web Key Set; no private member is ever in it.",
        "responses": {
          "200": {
            "description": "The keys",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Jwks"
                }
              }
            }
          },
          "400": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "401": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "403": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "404": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "429": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "500": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "503": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          },
          "default": {
            "description": "Refused; `error` tells why",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OAuthError"
                }
              }
            }
          }
        }
      }
    },
    "/sts/v1/grants": {
      "post": {
        "tags": [
          "STS"
        ],
        "operationId": "CreateGrant",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Exchange a caller's token for a grant",
        "description": "Policy is evaluated now, for every object. A refusal names the visas that are missing; an object that may not be\ndiscovered is answered like a missing one.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/GrantRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The grant",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Grant"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/sts/v1/tickets": {
      "post": {
        "tags": [
          "STS"
        ],
        "operationId": "CreateTicket",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "A short-lived ticket under a grant",
        "description": "`read` gives a single-use ticket for objects of the grant, `write` one for registering a run's outputs, `run` a\nfurther run token of a run's grant. The grant, its revocation and the policy are checked again each time.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/TicketRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The ticket or run token",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Ticket"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "409": {
            "description": "A ticket for the same attempt and objects is still alive",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Error"
                }
              }
            }
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/sts/v1/introspect": {
      "post": {
        "tags": [
          "STS"
        ],
        "operationId": "IntrospectToken",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "What a run token stands for",
        "description": "A token that is unknown, dead or revoked is merely not active.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/IntrospectionRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The facts",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Introspection"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/sts/v1/revocations": {
      "post": {
        "tags": [
          "STS"
        ],
        "operationId": "RevokeGrant",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "End a grant",
        "description": "Its run tokens and live tickets end with it. Repeating the call changes nothing.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RevocationRequest"
              }
            }
          }
        },
        "responses": {
          "204": {
            "description": "Dead"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "BasicAuth": {
        "type": "http",
        "scheme": "basic",
        "description": "Known to the standard; this server accepts no passwords"
      },
      "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token in the `Authorization` header"
      },
      "PassportAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "x-in": "body",
        "description": "Passports in the `passports` member of a POST body"
      }
    },
    "schemas": {
      "Checksum": {
        "type": "object",
        "required": [
          "checksum",
          "type"
        ],
        "properties": {
          "checksum": {
            "type": "string",
            "description": "The digest in hexadecimal, lower case on output"
          },
          "type": {
            "type": "string",
            "description": "Name of the algorithm: IANA's hash names, such as `sha-256`, and `md5`, `etag`, `crc32c`, `trunc512`, `sha1`",
            "example": "sha-256"
          }
        },
        "additionalProperties": false
      },
      "Error": {
        "type": "object",
        "description": "The body of every error",
        "required": [
          "msg",
          "status_code"
        ],
        "properties": {
          "msg": {
            "type": "string",
            "description": "What was wrong, what is allowed, what to do next"
          },
          "status_code": {
            "type": "integer",
            "description": "The HTTP status again"
          },
          "code": {
            "type": "string",
            "description": "A stable name of the error for programs",
            "example": "object_not_found"
          },
          "required": {
            "type": "array",
            "description": "With 403: what access would take, per object or dataset",
            "items": {
              "type": "object",
              "additionalProperties": true
            }
          }
        },
        "additionalProperties": false
      },
      "Grant": {
        "type": "object",
        "required": [
          "grant_id",
          "not_after",
          "owner",
          "objects"
        ],
        "properties": {
          "grant_id": {
            "type": "string",
            "description": "Id of the grant"
          },
          "not_after": {
            "type": "string",
            "format": "date-time",
            "description": "The grant is dead from then on"
          },
          "owner": {
            "type": "string",
            "description": "Key of the identity that it was given to"
          },
          "objects": {
            "type": "array",
            "description": "The objects, in the order asked for",
            "items": {
              "type": "object",
              "required": [
                "id",
                "uri",
                "size",
                "checksums",
                "dataset"
              ],
              "properties": {
                "id": {
                  "type": "string",
                  "description": "Id of the object"
                },
                "uri": {
                  "type": "string",
                  "description": "The URI that was sent"
                },
                "name": {
                  "type": "string",
                  "description": "File name"
                },
                "size": {
                  "type": "integer",
                  "format": "int64",
                  "description": "Bytes"
                },
                "mime_type": {
                  "type": "string",
                  "description": "Media type"
                },
                "checksums": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Checksum"
                  }
                },
                "dataset": {
                  "type": "string",
                  "description": "Dataset"
                },
                "access_id": {
                  "type": "string",
                  "description": "The access method to prefer"
                }
              },
              "additionalProperties": false
            }
          },
          "run_token": {
            "type": "string",
            "description": "With purpose `run`: the opaque token for the run's head"
          }
        },
        "additionalProperties": false
      },
      "GrantRequest": {
        "type": "object",
        "required": [
          "client_assertion_type",
          "client_assertion",
          "subject_token",
          "purpose",
          "objects",
          "operation"
        ],
        "properties": {
          "client_assertion_type": {
            "type": "string",
            "enum": [
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ],
            "description": "Kind of the assertion"
          },
          "client_assertion": {
            "type": "string",
            "description": "The server's assertion; its audience is the origin of the STS"
          },
          "subject_token": {
            "type": "string",
            "description": "What the caller sent: an access token or a run token"
          },
          "purpose": {
            "type": "string",
            "enum": [
              "run",
              "task"
            ],
            "description": "What the grant is for"
          },
          "run_id": {
            "type": "string",
            "description": "The run"
          },
          "task_id": {
            "type": "string",
            "description": "The task"
          },
          "objects": {
            "type": "array",
            "description": "URIs `drs://host/id`; may be empty",
            "items": {
              "type": "string"
            }
          },
          "operation": {
            "type": "string",
            "enum": [
              "tes:compute",
              "wes:run",
              "drs:access"
            ],
            "description": "What is to be permitted"
          }
        }
      },
      "Introspection": {
        "type": "object",
        "required": [
          "active"
        ],
        "properties": {
          "active": {
            "type": "boolean",
            "description": "Whether it is alive"
          },
          "token_type": {
            "type": "string",
            "enum": [
              "run"
            ],
            "description": "Kind of token"
          },
          "run_id": {
            "type": "string",
            "description": "The run"
          },
          "grant_id": {
            "type": "string",
            "description": "The run's grant"
          },
          "owner": {
            "type": "string",
            "description": "Key of the identity that submitted the run"
          },
          "iss": {
            "type": "string",
            "description": "Issuer of that identity"
          },
          "sub": {
            "type": "string",
            "description": "Subject of that identity"
          },
          "not_after": {
            "type": "string",
            "format": "date-time",
            "description": "Dead from then on"
          }
        },
        "additionalProperties": false
      },
      "IntrospectionRequest": {
        "type": "object",
        "required": [
          "client_assertion_type",
          "client_assertion",
          "token"
        ],
        "properties": {
          "client_assertion_type": {
            "type": "string",
            "enum": [
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ],
            "description": "Kind of the assertion"
          },
          "client_assertion": {
            "type": "string",
            "description": "The server's assertion; its audience is the origin of the STS"
          },
          "token": {
            "type": "string",
            "description": "The run token"
          }
        }
      },
      "Jwks": {
        "type": "object",
        "required": [
          "keys"
        ],
        "properties": {
          "keys": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "kty"
              ],
              "additionalProperties": true,
              "properties": {
                "kty": {
                  "type": "string"
                },
                "kid": {
                  "type": "string"
                }
              }
            }
          }
        },
        "additionalProperties": false
      },
      "OAuthError": {
        "type": "object",
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "type": "string",
            "description": "A code of RFC 6749, such as `invalid_grant`"
          },
          "error_description": {
            "type": "string",
            "description": "Text for people"
          }
        },
        "additionalProperties": false
      },
      "OpenidConfiguration": {
        "type": "object",
        "required": [
          "issuer",
          "jwks_uri",
          "token_endpoint"
        ],
        "additionalProperties": true,
        "properties": {
          "issuer": {
            "type": "string",
            "description": "Issuer"
          },
          "jwks_uri": {
            "type": "string",
            "description": "Address of the keys"
          },
          "token_endpoint": {
            "type": "string",
            "description": "Address for tokens"
          },
          "userinfo_endpoint": {
            "type": "string",
            "description": "Address of userinfo"
          }
        }
      },
      "RevocationRequest": {
        "type": "object",
        "required": [
          "client_assertion_type",
          "client_assertion",
          "grant_id"
        ],
        "properties": {
          "client_assertion_type": {
            "type": "string",
            "enum": [
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ],
            "description": "Kind of the assertion"
          },
          "client_assertion": {
            "type": "string",
            "description": "The server's assertion; its audience is the origin of the STS"
          },
          "grant_id": {
            "type": "string",
            "description": "The grant"
          }
        }
      },
      "Ticket": {
        "type": "object",
        "properties": {
          "ticket": {
            "type": "string",
            "description": "Signed; goes as a bearer token to one access or register call"
          },
          "expires_in": {
            "type": "integer",
            "description": "Seconds, at most 300"
          },
          "run_token": {
            "type": "string",
            "description": "`run`: one more run token"
          },
          "not_after": {
            "type": "string",
            "format": "date-time",
            "description": "`run`: the run token is dead from then on"
          }
        },
        "additionalProperties": false
      },
      "TicketRequest": {
        "type": "object",
        "required": [
          "client_assertion_type",
          "client_assertion",
          "grant_id",
          "action"
        ],
        "properties": {
          "client_assertion_type": {
            "type": "string",
            "enum": [
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            ],
            "description": "Kind of the assertion"
          },
          "client_assertion": {
            "type": "string",
            "description": "The server's assertion; its audience is the origin of the STS"
          },
          "grant_id": {
            "type": "string",
            "description": "The grant"
          },
          "action": {
            "type": "string",
            "enum": [
              "read",
              "write",
              "run"
            ],
            "description": "What the ticket is for"
          },
          "actor": {
            "type": "string",
            "description": "`read`: who uses it",
            "example": "tes/task/06d2k8/attempt/1"
          },
          "objects": {
            "type": "array",
            "description": "`read`: URIs or ids that are in the grant",
            "items": {
              "type": "string"
            }
          },
          "run_id": {
            "type": "string",
            "description": "`write` and `run`: the run"
          },
          "prefix": {
            "type": "string",
            "description": "`write`: where the outputs lie",
            "example": "file:///srv/biocloud/wes/runs/06d2k8/outputs/"
          }
        }
      },
      "TokenRequest": {
        "type": "object",
        "required": [
          "grant_type"
        ],
        "properties": {
          "grant_type": {
            "type": "string",
            "description": "What is asked for",
            "enum": [
              "urn:biocloud:params:oauth:grant-type:local-user",
              "urn:ietf:params:oauth:grant-type:token-exchange"
            ]
          },
          "username": {
            "type": "string",
            "description": "Local user"
          },
          "secret": {
            "type": "string",
            "description": "Contents of `cli-secret` in the data folder"
          },
          "client_id": {
            "type": "string",
            "description": "The client"
          },
          "scope": {
            "type": "string",
            "description": "Scopes wanted"
          },
          "subject_token": {
            "type": "string",
            "description": "Exchange: the access token"
          },
          "subject_token_type": {
            "type": "string",
            "description": "Exchange: `urn:ietf:params:oauth:token-type:access_token`"
          },
          "requested_token_type": {
            "type": "string",
            "description": "Exchange: `urn:ga4gh:params:oauth:token-type:passport`"
          },
          "resource": {
            "description": "Exchange: for whom the passport is",
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "array",
                "items": {
                  "type": "string"
                }
              }
            ]
          },
          "audience": {
            "description": "Exchange: for whom the passport is",
            "oneOf": [
              {
                "type": "string"
              },
              {
                "type": "array",
                "items": {
                  "type": "string"
                }
              }
            ]
          }
        }
      },
      "TokenResponse": {
        "type": "object",
        "required": [
          "access_token",
          "token_type",
          "expires_in"
        ],
        "properties": {
          "access_token": {
            "type": "string",
            "description": "The token"
          },
          "token_type": {
            "type": "string",
            "description": "`Bearer`, or `N_A` for a passport"
          },
          "issued_token_type": {
            "type": "string",
            "description": "Exchange: what kind of token it is"
          },
          "expires_in": {
            "type": "integer",
            "description": "Seconds"
          },
          "scope": {
            "type": "string",
            "description": "Scopes given"
          }
        },
        "additionalProperties": false
      },
      "Userinfo": {
        "type": "object",
        "required": [
          "sub"
        ],
        "additionalProperties": true,
        "properties": {
          "sub": {
            "type": "string",
            "description": "Subject"
          },
          "name": {
            "type": "string",
            "description": "Name"
          },
          "ga4gh_passport_v1": {
            "type": "array",
            "description": "Signed visas",
            "items": {
              "type": "string"
            }
          }
        }
      }
    },
    "responses": {
      "400BadRequest": {
        "description": "The request breaks a rule that the message names",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "401Unauthorized": {
        "description": "A credential was refused, or one is needed",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "403Forbidden": {
        "description": "Known, but not for this caller; `required` tells which visas are asked for",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "404NotFoundDrsObject": {
        "description": "No such object, or none that the caller may know of",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "409Conflict": {
        "description": "It is there already with other content, or not in a state that allows this",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "410Gone": {
        "description": "The object has been deleted",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "411LengthRequired": {
        "description": "The `Content-Length` is missing",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "412PreconditionFailed": {
        "description": "`If-Match` does not hold",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "413RequestTooLarge": {
        "description": "Over a limit: ids or pairs in one bulk call, passports, or bytes of the body",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "415UnsupportedMediaType": {
        "description": "The body is not JSON",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "416RangeNotSatisfiable": {
        "description": "No range lies inside; `Content-Range` tells the size",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "429TooManyRequests": {
        "description": "Too fast; wait as `Retry-After` says",
        "headers": {
          "Retry-After": {
            "description": "Whole seconds to wait",
            "schema": {
              "type": "integer",
              "minimum": 0
            }
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "500InternalServerError": {
        "description": "A fault of this server; its log knows more than the message",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "503Unavailable": {
        "description": "Something this server depends on is away, such as an issuer's keys; `Retry-After` tells when to try again",
        "headers": {
          "Retry-After": {
            "description": "Whole seconds to wait",
            "schema": {
              "type": "integer",
              "minimum": 0
            }
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "507InsufficientStorage": {
        "description": "The store is full",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "DefaultError": {
        "description": "Any other error has the same shape",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      }
    }
  }
}

export const drsRootOperations = [
  {
    "operationId": "GetData",
    "method": "get",
    "path": "/data/{token}",
    "extension": true
  },
  {
    "operationId": "PutData",
    "method": "put",
    "path": "/data/{token}",
    "extension": true
  },
  {
    "operationId": "HeadData",
    "method": "head",
    "path": "/data/{token}",
    "extension": true
  },
  {
    "operationId": "IssueToken",
    "method": "post",
    "path": "/token",
    "extension": true
  },
  {
    "operationId": "GetUserinfo",
    "method": "get",
    "path": "/userinfo",
    "extension": true
  },
  {
    "operationId": "GetOpenidConfiguration",
    "method": "get",
    "path": "/.well-known/openid-configuration",
    "extension": true
  },
  {
    "operationId": "GetJwks",
    "method": "get",
    "path": "/.well-known/jwks.json",
    "extension": true
  },
  {
    "operationId": "CreateGrant",
    "method": "post",
    "path": "/sts/v1/grants",
    "extension": true
  },
  {
    "operationId": "CreateTicket",
    "method": "post",
    "path": "/sts/v1/tickets",
    "extension": true
  },
  {
    "operationId": "IntrospectToken",
    "method": "post",
    "path": "/sts/v1/introspect",
    "extension": true
  },
  {
    "operationId": "RevokeGrant",
    "method": "post",
    "path": "/sts/v1/revocations",
    "extension": true
  }
] as const
